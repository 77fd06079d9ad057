import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../bridge/packet/bytes.ts';
import { tcpIsIntact } from '../../../bridge/packet/checksum.ts';
import { ipPacketIn } from '../../../bridge/packet/link-layer.ts';
import { optionText } from '../../../bridge/packet/option-text.ts';
import { PacketError } from '../../../bridge/packet/packet-error.ts';
import { decodeIp, decodeTcpPacket } from '../../../bridge/packet/packet.ts';
import { PcapReader, type CaptureRecord } from '../../../bridge/packet/capture-file/pcap-reader.ts';
import { pcapFile } from '../../../bridge/packet/capture-file/pcap-writer.ts';
import { PcapngReader } from '../../../bridge/packet/capture-file/pcapng-reader.ts';
import { rewriteAddress } from '../../../bridge/packet/rewrite-address.ts';
import { SegmentFlow } from '../../../bridge/packet/flow/segment-flow.ts';
import { decodeTcpOptions } from '../../../bridge/packet/tcp-options.ts';
import { decodeTcp } from '../../../bridge/packet/tcp.ts';
import { PACKETS, PCAPNG } from '../../fuzz/seeds.ts';
import { expectEqual } from '../../helpers/expect-equal.ts';
import { hex, tcpPacket } from '../../helpers/packets/packets.ts';
import { pcapngPackets, pcapPackets } from '../../helpers/packets/packets-in.ts';
import { expectSoundIp, expectSoundOptions, expectSoundTcp } from '../../helpers/packets/sound-packet.ts';

/** Runs what may fail; anything but a `PacketError` is a fault of ours. */
function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    return undefined;
  }
}

const mutated = fc
  .tuple(fc.constantFrom(...PACKETS), fc.array(fc.tuple(fc.nat(99), fc.nat(255)), { maxLength: 6 }), fc.nat(100))
  .map(([packet, changes, length]) => {
    const bytes = packet.slice();
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return bytes.subarray(0, length);
  });
const versioned = fc.tuple(
  fc.constantFrom(0x40, 0x44, 0x45, 0x46, 0x4f, 0x60, 0x6f),
  fc.uint8Array({ maxLength: 120 }),
);
const packets = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  versioned.map(([first, rest]) => Uint8Array.from([first, ...rest])),
  mutated,
);

/** An IP packet behind the headers of all links, some of them damaged. */
const links: [linkType: number, header: Uint8Array][] = [
  [0, hex('02000000')],
  [108, hex('00000002')],
  [1, hex(`${'00'.repeat(12)} 0800`)],
  [1, hex(`${'00'.repeat(12)} 8100 0001 88a8 0002 0800`)],
  [1, hex(`${'00'.repeat(12)} 8864 110000010000 0021`)],
  [1, hex(`${'00'.repeat(12)} 0040 aaaa0300 0000 0800`)],
  [113, hex(`0000 0001 0006 ${'00'.repeat(8)} 0800`)],
  [276, hex(`0800 ${'00'.repeat(18)}`)],
];
const frames = fc
  .tuple(
    fc.constantFrom(...links),
    fc.constantFrom(...PACKETS),
    fc.array(fc.tuple(fc.nat(29), fc.nat(255)), { maxLength: 2 }),
  )
  .map(([[linkType, header], packet, changes]): [number, Uint8Array] => {
    const frame = Uint8Array.from([...header, ...packet]);
    for (const [at, byte] of changes) frame[at] = byte;
    return [linkType, frame];
  });

/** Where in a frame the IP packet begins. */
function beginOf(linkType: number, frame: Uint8Array): number | 'no IP' | 'cut short' {
  try {
    const packet = ipPacketIn(linkType, frame);
    return packet ? packet.byteOffset - frame.byteOffset : 'no IP';
  } catch (error) {
    expect(error).toMatchObject({ code: 'TRUNCATED' });
    return 'cut short';
  }
}

/** The bytes in the middle of others: a decoder that reads outside would tell of what stands there. */
function within(bytes: Uint8Array, around: number): Uint8Array {
  const room = new Uint8Array(bytes.length + 200).fill(around);
  room.set(bytes, 100);
  return room.subarray(100, 100 + bytes.length);
}

function readEverything(packet: Uint8Array): unknown {
  const ip = attempt(() => decodeIp(packet));
  const whole = attempt(() => decodeTcpPacket(packet));
  return {
    ip,
    whole,
    segment: whole && new SegmentFlow().segment('client', whole.tcp, { sentAt: 0, fate: 'unknown' }),
    intact: ip && tcpIsIntact(packet, ip),
    texts: decodeTcpOptions(packet).map((option) => optionText(option)),
    tcp: attempt(() => decodeTcp(packet)),
    rewritten: attempt(() => rewriteAddress(packet.slice(), { source: '1.2.3.4', destination: '5.6.7.8' })),
    inFrames: [0, 1, 12, 14, 101, 108, 113, 228, 229, 276].map((type) => attempt(() => ipPacketIn(type, packet))),
  };
}

describe('whatever bytes come', () => {
  test('the decoders answer or throw a PacketError, and read nothing outside', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expectEqual(readEverything(within(packet, 0x00)), readEverything(within(packet, 0xff)));
      }),
      { numRuns: 3000 },
    );
  });

  test('every number is one, every length that of bytes which are there', () => {
    fc.assert(
      fc.property(packets, fc.nat(130), (packet, length) => {
        const ip = attempt(() => decodeIp(packet));
        if (ip) expectSoundIp(packet, ip);
        const read = attempt(() => decodeTcpPacket(packet));
        if (read) expectSoundTcp(read.ip.payload, read.ip.payloadLength, read.tcp);
        const tcp = attempt(() => decodeTcp(packet, length));
        if (tcp) expectSoundTcp(packet, length, tcp);
        expectSoundOptions(packet, decodeTcpOptions(packet));
      }),
      { numRuns: 5000 },
    );
  });

  test('of the beginning of a frame nothing is told that the whole frame does not tell', () => {
    fc.assert(
      fc.property(frames, fc.nat(60), ([linkType, frame], length) => {
        const [whole, part] = [frame, frame.subarray(0, length)].map((bytes) => beginOf(linkType, bytes));
        // Nothing more is known of a frame of which the header was cut off.
        if (part === 'cut short') return;
        const isSnap = typeof whole === 'number' && toHex(frame.subarray(0, whole)).endsWith('aaaa030000000800');
        if (!(isSnap && part === 'no IP')) expect(part).toBe(whole);
      }),
      { numRuns: 3000 },
    );
  });

  test('a flow gives each segment an id of its own', () => {
    const segment = fc.record({
      seq: fc.oneof(fc.nat(50), fc.nat(2 ** 32 - 1)),
      ack: fc.oneof(fc.nat(50), fc.nat(2 ** 32 - 1)),
      flags: fc.subarray(['SYN', 'FIN', 'RST', 'PSH', 'ACK'] as const),
      window: fc.nat(2),
      payload: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('client', 'server'), segment)), (sent) => {
        const flow = new SegmentFlow();
        const ids = new Set<string>();
        for (const [from, fields] of sent) {
          const { tcp } = decodeTcpPacket(tcpPacket(fields));
          const { id, seq, retransmissionOf } = flow.segment(from, tcp, { sentAt: 0, fate: 'unknown' });
          expect(Number.isSafeInteger(seq)).toBe(true);
          if (retransmissionOf !== undefined) expect(ids).toContain(retransmissionOf);
          expect(ids).not.toContain(id);
          ids.add(id);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['pcap', PcapReader, pcapFile(PACKETS.map((bytes) => ({ at: 1n, bytes })))],
    ['pcapng', PcapngReader, PCAPNG],
  ])('the %s reader', (_, Reader, file) => {
    const packetsOf = Reader === PcapReader ? pcapPackets : pcapngPackets;
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 });
    const damaged = changes.map((places) => {
      const bytes = file.slice();
      for (const [at, byte] of places) bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array()), fc.nat(400), fc.constantFrom(50, 1000), (bytes, cut, limit) => {
        const told = [[bytes], [bytes.subarray(0, cut), bytes.subarray(cut)]].map((chunks) => {
          const records: CaptureRecord[] = [];
          attempt(() => {
            const reader = new Reader((record) => records.push(record), limit);
            for (const chunk of chunks) reader.feed(chunk);
            reader.end();
          });
          return records;
        });
        expectEqual(told[0], told[1]);
        expectEqual(
          told[0]!.map((record) => record.bytes),
          packetsOf(bytes, limit),
        );
      }),
      { numRuns: 3000 },
    );
  });
});
