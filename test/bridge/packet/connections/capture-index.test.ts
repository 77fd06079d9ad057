import { gunzipSync, gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decompressed } from '../../../../bridge/packet/capture-file/decompressed.ts';
import { CaptureIndex } from '../../../../bridge/packet/connections/capture-index.ts';
import { readConnection } from '../../../../bridge/packet/connections/connection-reader.ts';
import type { Flag } from '../../../../bridge/trace/step.ts';
import { readCapture } from '../../../helpers/packets/capture-rows.ts';
import { hex, type TcpFields, tcpPacket } from '../../../helpers/packets/packets.ts';
import { pcapngFile } from '../../../helpers/packets/pcapng.ts';

const random = new Uint8Array(
  gunzipSync(readFileSync(new URL('../../../fixtures/captures/random.pcap.gz', import.meta.url))),
);

const CLIENT = { source: [10, 0, 0, 1], destination: [10, 0, 0, 2] };
const SERVER = { source: [10, 0, 0, 2], destination: [10, 0, 0, 1] };

const client = (flags: Flag[], fields: TcpFields = {}) =>
  tcpPacket({ sourcePort: 4000, destinationPort: 80, flags, ...fields }, CLIENT);
const server = (flags: Flag[], fields: TcpFields = {}) =>
  tcpPacket({ sourcePort: 80, destinationPort: 4000, flags, ...fields }, SERVER);

const fileOf = (...packets: Uint8Array[]) => pcapngFile(packets.map((bytes) => ({ linkType: 101, bytes })));
const summaries = (...packets: Uint8Array[]) => {
  const { index } = readCapture(fileOf(...packets));
  return Array.from({ length: index.count }, (_, connection) => index.summary(connection));
};

const HANDSHAKE = [
  client(['SYN'], { seq: 99 }),
  server(['SYN', 'ACK'], { seq: 499, ack: 100 }),
  client(['ACK'], { seq: 100, ack: 500 }),
];

describe('a connection', () => {
  test('from SYN to FIN is whole', () => {
    const [whole] = summaries(
      ...HANDSHAKE,
      client(['ACK'], { seq: 100, ack: 500, payload: new Uint8Array(10) }),
      server(['FIN', 'ACK'], { seq: 500, ack: 110 }),
      client(['FIN', 'ACK'], { seq: 110, ack: 501 }),
      server(['ACK'], { seq: 501, ack: 111 }),
    );
    expect(whole).toMatchObject({
      client: { address: '10.0.0.1', port: 4000 },
      server: { address: '10.0.0.2', port: 80 },
      clientIsKnown: true,
      opened: 'handshake',
      ended: 'closed',
      endedBy: 'server',
      missing: [],
      packets: { client: 4, server: 3 },
      data: { client: 10, server: 0 },
      roundTrip: 2_000_000,
      marks: [],
    });
  });

  test.each([
    ['not answered', [client(['SYN'])], { opened: 'not-answered', ended: 'not-opened', missing: [] }],
    ['refused', [client(['SYN']), server(['RST', 'ACK'], { ack: 1 })], { opened: 'refused', ended: 'not-opened' }],
    ['half open', HANDSHAKE.slice(0, 2), { opened: 'half-open', ended: 'not-seen', missing: ['end'] }],
    ['opened by both', [client(['SYN']), server(['SYN'])], { opened: 'simultaneous' }],
    [
      'seen from its middle on, in one direction',
      [server(['ACK'])],
      {
        opened: 'before-capture',
        clientIsKnown: false,
        client: { port: 4000 },
        missing: ['beginning', 'end', 'client'],
      },
    ],
    ['reset', [...HANDSHAKE, client(['RST'], { seq: 100 })], { ended: 'reset', endedBy: 'client' }],
    ['closed by one side', [...HANDSHAKE, client(['FIN', 'ACK'], { seq: 100, ack: 500 })], { ended: 'half-closed' }],
  ])('is %s', (_, packets, expected) => expect(summaries(...packets)[0]).toMatchObject(expected));

  test('with another SYN between the same ports is another one, a copy of the SYN is not', () => {
    const again = client(['SYN'], { seq: 7 });
    const [first, second, ...more] = summaries(HANDSHAKE[0]!, HANDSHAKE[0]!, again, again);
    expect([first!.packets.client, second!.packets.client, more]).toEqual([2, 2, []]);
    expect([first!.marks, second!.marks]).toEqual([['retransmission'], ['retransmission', 'port-reused']]);
  });
});

test('however a file is cut into pieces, the index and the segments are the same', () => {
  const told = (pieceLength?: number) => {
    const { index, segments } = readCapture(random, pieceLength);
    return JSON.stringify([index.overview, segments.map(({ tcp, ...facts }) => [facts, tcp.seq])]);
  };
  const whole = told();
  for (const pieceLength of [13, 4096, 65_537]) expect(told(pieceLength) === whole).toBe(true);
});

test('a file that ends within a packet gives all packets before it, and says so', () => {
  const file = fileOf(...HANDSHAKE);
  for (let length = 0; length < file.length; length += 1) {
    const { index } = readCapture(file.subarray(0, length), 7);
    // Between two blocks nobody can tell.
    expect(['ENDED_EARLY', 'BAD_MAGIC', undefined]).toContain(index.overview.problem?.code);
    if (length === file.length - 1)
      expect(index.overview).toMatchObject({ frames: 2, problem: { code: 'ENDED_EARLY' } });
  }
});

test('big-endian files, several sections and blocks without meaning are read', () => {
  const packets = HANDSHAKE.map((bytes) => ({ linkType: 101, bytes }));
  const little = pcapngFile(packets);
  const unknown = hex('0a000000 10000000 ffffffff 10000000');
  const file = Uint8Array.from([...pcapngFile(packets, false), ...little, ...unknown, ...little]);
  expect(readCapture(file, 5).index.overview).toMatchObject({ frames: 9, connections: 1, problem: undefined });
});

test('what is no capture has a code', () => {
  expect(readCapture(hex('00112233 44556677')).index.overview.problem).toEqual({ code: 'BAD_MAGIC', position: 0 });
});

test('one connection is read from its own parts of a large file', async () => {
  const filler = pcapngFile(
    Array.from({ length: 800 }, (_, index) => ({
      linkType: 101,
      bytes: tcpPacket({ sourcePort: 5000 + (index % 7), payload: new Uint8Array(1000) }),
    })),
  );
  const pieces = HANDSHAKE.flatMap((packet) => [fileOf(packet), filler]);
  const file = Buffer.concat(pieces);
  const index = new CaptureIndex();
  index.feed(file);
  index.end();
  let read = 0;
  const segments = await readConnection(index, 0, async function* (from, to) {
    read += to - from;
    yield await Promise.resolve(file.subarray(from, to));
  });
  expect(segments.map(({ frameNumber, seq, ack }) => [frameNumber, seq, ack])).toEqual([
    [1, 0, undefined],
    [802, 0, 1],
    [1603, 1, 1],
  ]);
  expect(read).toBeLessThan(1000);
});

test('a gzip file is decompressed by the platform', async () => {
  const file = new Blob([gzipSync(random)]).stream() as ReadableStream<Uint8Array>;
  const index = new CaptureIndex();
  for await (const piece of decompressed(file, hex('1f8b0800'))) index.feed(piece);
  index.end();
  expect(index.overview).toEqual(readCapture(random).index.overview);
});
