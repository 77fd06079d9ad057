import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readCapture, rowOf, tsharkRows } from '../../../helpers/packets/capture-rows.ts';
import { bytesOf, hex, ipv4Bytes, ipv6Bytes, tcpBytes } from '../../../helpers/packets/packets.ts';
import { type FrameToWrite, pcapngFile } from '../../../helpers/packets/pcapng.ts';
import { hasTshark } from '../../../helpers/packets/tshark.ts';
import { AGGREGATED_PORT, FIRST_PORT, ipv6Frames, WRAPS, wrappedFrames } from '../../../helpers/packets/wrapped.ts';

const found = (...frames: FrameToWrite[]) => {
  const { index, segments } = readCapture(pcapngFile(frames));
  return { segments, unread: index.overview.unread.map(({ reason, count }) => `${count} ${reason}`) };
};

describe('a segment is found through', () => {
  const frames = wrappedFrames();
  test.each(Object.keys(WRAPS).map((name, index) => [name, index] as const))('%s', (name, index) => {
    const { segments, unread } = found(frames[index]!);
    const own = segments.filter(({ tcp }) => tcp.sourcePort !== AGGREGATED_PORT);
    expect(segments.length - own.length).toBe(name === '802.11 with several packets' ? 1 : 0);
    expect(own.map(({ tcp, source }) => [tcp.sourcePort, tcp.seq, tcp.payloadLength, source])).toEqual([
      [FIRST_PORT + index, 1000, 4, '10.77.0.1'],
    ]);
    expect(own[0]!.tcp.payload).toEqual(bytesOf('data'));
    expect(unread).toEqual([]);
  });

  test('IPv6, in IPv4, after extension headers and a loopback’s family', () => {
    const { segments } = found(...ipv6Frames());
    expect(segments.map(({ source, tcp }) => [source, tcp.sourcePort])).toEqual(
      ipv6Frames().map(() => ['fd00::', FIRST_PORT + 100]),
    );
    expect(segments[0]!.isIntact).toBe(true);
  });
});

test.skipIf(!hasTshark)('tshark finds the same segments in all of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-layers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // Nothing in a label says what follows: tshark wants to be told that it is Ethernet.
  const known = wrappedFrames().filter((_, index) => Object.keys(WRAPS)[index] !== 'Ethernet over MPLS');
  const file = pcapngFile([...known, ...ipv6Frames(), ...fragments()]);
  writeFileSync(join(folder, 'all.pcapng'), file);
  const theirs = tsharkRows(join(folder, 'all.pcapng'));
  // Of several segments in a frame, tshark's row has the last.
  const ours = new Map(readCapture(file).segments.map((segment) => [segment.frameNumber, rowOf(segment)]));
  const ports = (rows: Iterable<Record<string, string>>): string[] =>
    [...rows].map((row) => `${row['frame.number']}: ${row['tcp.srcport']} ${row['tcp.seq_raw']} ${row['tcp.len']}`);
  expect(ports(ours.values())).toEqual(ports(theirs));
});

/** A segment in fragments, in any order. */
function fragments(order = [1, 0, 2]): FrameToWrite[] {
  const segment = tcpBytes({ sourcePort: FIRST_PORT + 200, payload: new Uint8Array(60).fill(7) });
  const whole = ipv4Bytes(segment).subarray(20);
  const parts = [0, 24, 56].map((from, index, starts) =>
    ipv4Bytes(whole.slice(from, starts[index + 1]), {
      identification: 9,
      fragment: (from / 8) | (index < 2 ? 0x2000 : 0),
    }),
  );
  // The helper puts a checksum where a whole segment would have it.
  parts.forEach((part, index) => part.set(whole.subarray([0, 24, 56][index]!, [24, 56, 80][index]), 20));
  return order.map((index) => ({ linkType: 101, bytes: parts[index]! }));
}

describe('fragments', () => {
  test.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 2, 0]], [[0, 0, 2, 1]]])('in the order %j make one segment', (order) => {
    const { segments, unread } = found(...fragments(order));
    expect(segments.map(({ tcp, isIntact, frameNumber }) => [tcp.payloadLength, isIntact, frameNumber])).toEqual([
      [60, true, order.length],
    ]);
    expect(unread).toEqual([]);
  });

  test('that are not all there are counted', () => {
    expect(found(...fragments([0, 2]))).toEqual({ segments: [], unread: ['2 FRAGMENT'] });
  });

  test('of IPv6 make one segment', () => {
    const segment = tcpBytes({ sourcePort: 5, payload: new Uint8Array(20).fill(7) });
    const ends = { source: hex('fd'.padEnd(32, '0')), destination: hex('fd'.padEnd(32, '1')) };
    const fragment = (field: string, bytes: Uint8Array): Uint8Array =>
      ipv6Bytes(Uint8Array.from([...hex(`0600 ${field} 00000007`), ...bytes]), { ...ends, protocol: 44 });
    const parts = [fragment('0001', segment.subarray(0, 24)), fragment('0018', segment.subarray(24))];
    const { segments } = found(...parts.map((bytes) => ({ linkType: 101, bytes })));
    expect(segments.map(({ tcp }) => [tcp.sourcePort, tcp.payloadLength])).toEqual([[5, 20]]);
  });
});

describe('what gives no segment is counted by reason', () => {
  const tcp = ipv4Bytes(tcpBytes({}));
  test.each([
    ['NOT_IP', 1, hex('020000000001 020000000002 0806 0001')],
    ['NOT_TCP', 101, ipv4Bytes(hex('0035 0035 0008 0000'), { protocol: 17 })],
    ['NOT_DATA', 105, hex('8000 0000 020000000001 020000000002 020000000003 0000')],
    ['ENCRYPTED', 105, hex('0841 0000 020000000001 020000000002 020000000003 0000 00000000')],
    ['ENCRYPTED', 101, ipv4Bytes(hex('00000001 00000001'), { protocol: 50 })],
    ['TRUNCATED', 101, tcp.subarray(0, 30)],
    ['BAD_HEADER_LENGTH', 101, Uint8Array.from([0x41, ...tcp.subarray(1)])],
    ['BAD_TOTAL_LENGTH', 101, Uint8Array.from([0x45, 0, 0, 1, ...tcp.subarray(4)])],
    ['UNSUPPORTED_LINK_TYPE', 250, tcp],
    ['TOO_DEEP', 101, Array.from({ length: 20 }).reduce<Uint8Array>((ip) => ipv4Bytes(ip, { protocol: 4 }), tcp)],
  ])('%s', (reason, linkType, bytes) => {
    expect(found({ linkType, bytes })).toEqual({ segments: [], unread: [`1 ${reason}`] });
  });
});

test('no bytes make it throw, and each frame gives a segment or a reason', () => {
  const types = [...new Set(Object.values(WRAPS).map(([linkType]) => linkType)), 11, 51, 109, 117, 166, 239];
  const frames = [...wrappedFrames(), ...ipv6Frames(), ...fragments()];
  const frame = fc.oneof(
    fc.record({ linkType: fc.constantFrom(...types), bytes: fc.uint8Array({ maxLength: 120 }) }),
    fc
      .tuple(fc.constantFrom(...frames), fc.nat(200), fc.nat(255), fc.nat(200))
      .map(([{ linkType, bytes }, at, value, length]) => {
        const changed = bytes.slice(0, Math.max(1, bytes.length - (length % 7)));
        changed[at % changed.length] = value;
        return { linkType, bytes: changed };
      }),
  );
  fc.assert(
    fc.property(frame, (hostile) => {
      const { segments, unread } = found(hostile);
      expect(segments.length + unread.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});
