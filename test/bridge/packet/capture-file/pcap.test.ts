import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PcapReader, RECORD_LIMIT, type CaptureRecord } from '../../../../bridge/packet/capture-file/pcap-reader.ts';
import { pcapFile } from '../../../../bridge/packet/capture-file/pcap-writer.ts';
import { PcapngReader } from '../../../../bridge/packet/capture-file/pcapng-reader.ts';
import { tracePcap } from '../../../../bridge/packet/capture-file/trace-pcap.ts';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import { SegmentFlow } from '../../../../bridge/packet/flow/segment-flow.ts';
import { PAYLOAD_SHOWN, type Step } from '../../../../bridge/trace/step.ts';
import { bytesOf, hex, tcpPacket } from '../../../helpers/packets/packets.ts';

type Reader = typeof PcapReader | typeof PcapngReader;

/** Feeds a file cut at these places. */
function read(file: Uint8Array, Reader: Reader = PcapReader, cuts: readonly number[] = []): CaptureRecord[] {
  const records: CaptureRecord[] = [];
  const reader = new Reader((record) => records.push(record));
  const places = [0, ...cuts.map((cut) => cut % (file.length + 1)), file.length].sort((a, b) => a - b);
  places.slice(1).forEach((place, index) => reader.feed(file.subarray(places[index], place)));
  reader.end();
  return records;
}

const oneByteAtATime = (file: Uint8Array): number[] => Array.from(file.keys());
const errorOf = (code: string): Error => expect.objectContaining({ name: 'PacketError', code }) as Error;

const packet = fc.record({
  at: fc.bigInt({ min: 0n, max: 4294967295999999999n }),
  bytes: fc.uint8Array({ maxLength: 60 }),
  originalLength: fc.nat(0xffff),
});

/** The file header and one record of two bytes, all numbers in this order. */
function pcapHex(littleEndian: boolean, magic: string, linkType = '00000065', length = '00000002'): Uint8Array {
  const ordered = (text: string): string => (littleEndian ? text.match(/../g)!.reverse().join('') : text);
  const versions = littleEndian ? '02000400' : '00020004';
  const fields = [magic, '00000000', '00000000', '00040000', linkType];
  const record = ['00000005', '00000007', length, '00000028'];
  return hex([ordered(fields[0]!), versions, ...fields.slice(1).map(ordered), ...record.map(ordered), 'abcd'].join(''));
}

describe('pcap', () => {
  test('what was written is read, however it comes split', () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 10 }), cuts, (packets, places) => {
        const file = pcapFile(packets);
        const expected = packets.map((one) => ({ ...one, linkType: 101 }));
        expect(read(file, PcapReader, places)).toEqual(expected);
        expect(read(file, PcapReader, oneByteAtATime(file))).toEqual(expected);
      }),
    );
  });

  test('the header of a file', () => {
    expect(Buffer.from(pcapFile([])).toString('hex')).toBe('4d3cb2a1020004000000000000000000' + '0000040065000000');
  });

  test.each([
    [true, 'a1b2c3d4', 5_000_007_000n],
    [false, 'a1b2c3d4', 5_000_007_000n],
    [true, 'a1b23c4d', 5_000_000_007n],
    [false, 'a1b23c4d', 5_000_000_007n],
  ])('little-endian %s, magic %s', (littleEndian, magic, at) => {
    const file = pcapHex(littleEndian, magic, '30000065');
    for (const cuts of [[], oneByteAtATime(file)])
      expect(read(file, PcapReader, cuts)).toEqual([{ at, bytes: hex('abcd'), originalLength: 40, linkType: 101 }]);
  });

  test('a record above the limit is refused before it is kept, and nothing is taken after it', () => {
    const records: CaptureRecord[] = [];
    const reader = new PcapReader((record) => records.push(record));
    const file = pcapHex(true, 'a1b2c3d4', '00000065', (RECORD_LIMIT + 1).toString(16).padStart(8, '0'));
    expect(() => reader.feed(file)).toThrow(errorOf('RECORD_TOO_LARGE'));
    reader.feed(pcapHex(true, 'a1b2c3d4'));
    reader.end();
    expect(records).toEqual([]);
  });

  test('what is no pcap file, and what ends early', () => {
    expect(() => read(new Uint8Array(24))).toThrow(errorOf('BAD_MAGIC'));
    const file = pcapHex(true, 'a1b2c3d4');
    for (const length of [0, 1, 23, 25, 39, 40, 41])
      expect(() => read(file.subarray(0, length))).toThrow(errorOf('ENDED_EARLY'));
    expect(read(file.subarray(0, 24))).toEqual([]);
  });
});

describe('pcapng', () => {
  const section = '0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000';
  const device = (options: string, length: string) => `01000000 ${length} 01000000 00000400 ${options} ${length}`;
  const nanoseconds = device('09000100 09000000 0e000800 0100000000000000 00000000', '2c000000');
  const enhanced = '06000000 24000000 00000000 01000000 02000000 02000000 28000000 abcd0000 24000000';

  test('interfaces with clocks of their own, packets, and blocks to skip', () => {
    const empty = '0b000000 0c000000 0c000000';
    const statistics = '05000000 18000000 00000000 00000000 00000000 18000000';
    const simple = '03000000 14000000 02000000 abcd0000 14000000';
    const file = hex(section + device('', '14000000') + empty + enhanced + statistics + simple);
    const link = { bytes: hex('abcd'), linkType: 1 };
    for (const cuts of [[], oneByteAtATime(file)])
      expect(read(file, PcapngReader, cuts)).toEqual([
        { ...link, at: (2n ** 32n + 2n) * 1000n, originalLength: 40 },
        { ...link, at: 0n, originalLength: 2 },
      ]);
    const [record] = read(hex(section + nanoseconds + enhanced), PcapngReader);
    expect(record!.at).toBe(2n ** 32n + 2n + 1_000_000_000n);
  });

  test('big-endian', () => {
    const file = hex(`0a0d0d0a 0000001c 1a2b3c4d 00010000 ffffffffffffffff 0000001c
      00000001 0000001c 00650000 00040000 00090001 94000000 0000001c
      00000006 00000024 00000000 00000000 00100000 00000001 00000001 ab000000 00000024`);
    expect(read(file, PcapngReader)).toEqual([
      { at: 1_000_000_000n, bytes: hex('ab'), originalLength: 1, linkType: 101 },
    ]);
  });

  test.each([
    ['a1b2c3d4 00000000 00000000', 'BAD_MAGIC'],
    ['0a0d0d0a 1c000000 00000000', 'BAD_MAGIC'],
    [`${section} 06000000 0d000000 00000000`, 'BAD_BLOCK'],
    [`${section} 01000000 0c000000 0c000000`, 'BAD_BLOCK'],
    [`${section} 06000000 00ffff7f 00000000`, 'RECORD_TOO_LARGE'],
    [section + enhanced, 'BAD_BLOCK'],
    [`${section} 03000000 10000000 02000000 10000000`, 'BAD_BLOCK'],
    [`${section} 01000000 10000000 01000000 10000000`, 'BAD_BLOCK'],
    [section + device('', '14000000') + enhanced.replace(' 02000000 28', ' ff000000 28'), 'BAD_BLOCK'],
    [section + enhanced.replace(/24000000$/, '28000000'), 'BAD_BLOCK'],
    [section.slice(0, -2), 'ENDED_EARLY'],
    ['', 'ENDED_EARLY'],
  ])('%s: %s', (file, why) => expect(() => read(hex(file), PcapngReader)).toThrow(errorOf(why)));
});

describe('a trace as a pcap file', () => {
  const flow = new SegmentFlow();
  const packets = [
    tcpPacket({ flags: ['SYN'] }),
    tcpPacket({ payload: new Uint8Array(PAYLOAD_SHOWN + 100).fill(1), seq: 1 }),
    tcpPacket({ payload: bytesOf('121'), seq: 5001 }),
  ];
  const steps: Step[] = packets.map((bytes, index) => {
    const { tcp, header } = decodeTcpPacket(bytes);
    return flow.segment('client', tcp, { sentAt: 1000.5 * index, fate: 'delivered', header });
  });
  const other: Step = {
    kind: 'output',
    id: 'o',
    at: 0,
    side: 'server',
    evidence: 'observed',
    stream: 'stdout',
    line: '',
  };

  test('holds its packets in the order of sending', () => {
    const file = tracePcap({ startedAt: '2026-11-02T03:04:05.678Z', steps: [other, steps[2]!, steps[1]!, steps[0]!] });
    const start = BigInt(Date.UTC(2026, 10, 2, 3, 4, 5, 678)) * 1_000_000n;
    const cut = 40 + PAYLOAD_SHOWN;
    expect(read(file)).toEqual([
      { at: start, bytes: packets[0], originalLength: 40, linkType: 101 },
      { at: start + 1_000_500n, bytes: packets[1]!.slice(0, cut), originalLength: cut + 100, linkType: 101 },
      { at: start + 2_001_000n, bytes: packets[2], originalLength: 43, linkType: 101 },
    ]);
  });

  test('times finer than a millisecond are kept; what is no time or no hex is refused', () => {
    const [record] = read(tracePcap({ startedAt: '1970-01-01T00:00:01.123456789Z', steps: [steps[0]!] }));
    expect(record!.at).toBe(1_123_456_789n);
    expect(() => tracePcap({ startedAt: 'now', steps })).toThrow(errorOf('BAD_TIME'));
    const damaged = { ...steps[0]!, header: '45 0' } as Step;
    expect(() => tracePcap({ startedAt: '1970-01-01T00:00:00Z', steps: [damaged] })).toThrow(errorOf('BAD_HEX'));
  });
});
