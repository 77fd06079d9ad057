import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import { SegmentFlow } from '../../../../bridge/packet/flow/segment-flow.ts';
import { decodeTcp } from '../../../../bridge/packet/tcp.ts';
import { PAYLOAD_SHOWN, type Flag, type Segment, type Side } from '../../../../bridge/trace/step.ts';
import { bytesOf, hex, tcpBytes, tcpPacket, type TcpFields } from '../../../helpers/packets/packets.ts';

/** What one side sends, by relative numbers: `SYN ACK`, seq, ack. */
type Said = [from: Side, flags: string, seq: number, ack?: number | undefined, payload?: string, more?: TcpFields];

const flagsOf = (flags: string): Flag[] => flags.split(' ').filter(Boolean) as Flag[];

function segmentBytes([from, flags, seq, ack, payload = '', more]: Said, initial: Record<Side, number>): Uint8Array {
  const peer = from === 'client' ? 'server' : 'client';
  return tcpBytes({
    flags: flagsOf(flags),
    seq: (initial[from] + seq) >>> 0,
    ack: ack === undefined ? 0 : (initial[peer] + ack) >>> 0,
    payload: bytesOf(payload),
    ...more,
  });
}

function told(said: readonly Said[], initial = { client: 1000, server: 5000 }): Segment[] {
  const flow = new SegmentFlow();
  return said.map((one, index) =>
    flow.segment(one[0], decodeTcp(segmentBytes(one, initial)), { sentAt: index, fate: 'delivered' }),
  );
}

const SYN = hex('020405b4 01 030307 00');
const opened: Said[] = [
  ['client', 'SYN', 0, undefined, '', { options: SYN, window: 64240 }],
  ['server', 'SYN ACK', 0, 1, '', { options: SYN, window: 65160 }],
  ['client', 'ACK', 1, 1, '', { window: 502 }],
];
const plain: Said[] = [
  ...opened,
  ['client', 'PSH ACK', 1, 1, '\0y'],
  ['server', 'ACK', 1, 3],
  ['server', 'PSH ACK', 1, 3, 'ÍMPAR'],
  ['server', 'FIN ACK', 7, 3],
  ['client', 'ACK', 3, 8],
  ['client', 'FIN ACK', 3, 8],
  ['server', 'ACK', 8, 4],
];

describe('a plain connection', () => {
  test('as steps of a trace', () => {
    const packet = tcpPacket({ flags: ['SYN'], seq: 7, window: 512, options: SYN });
    const { tcp, header } = decodeTcpPacket(packet);
    const facts = { sentAt: 12.34, arrivedAt: 56.78, fate: 'delivered' as const, header };
    expect(new SegmentFlow().segment('client', tcp, facts)).toEqual({
      kind: 'segment',
      id: 'client.syn',
      at: 12.3,
      side: 'client',
      evidence: 'captured',
      from: 'client',
      flags: ['SYN'],
      seq: 0,
      rawSeq: 7,
      window: 512,
      options: ['mss 1460', 'nop', 'wscale 7', 'end'],
      length: 0,
      payload: '',
      sentAt: 12.3,
      arrivedAt: 56.8,
      fate: 'delivered',
      header: Buffer.from(packet).toString('hex'),
    });
  });

  test('ids and numbers', () => {
    expect(told(plain).map(({ id, seq, ack, rawSeq, rawAck }) => [id, seq, ack, rawSeq, rawAck])).toEqual([
      ['client.syn', 0, undefined, 1000, undefined],
      ['server.syn', 0, 1, 5000, 1001],
      ['client.ack.1', 1, 1, 1001, 5001],
      ['client.data.1', 1, 1, 1001, 5001],
      ['server.ack.3', 1, 3, 5001, 1003],
      ['server.data.1', 1, 3, 5001, 1003],
      ['server.fin', 7, 3, 5007, 1003],
      ['client.ack.8', 3, 8, 1003, 5008],
      ['client.fin', 3, 8, 1003, 5008],
      ['server.ack.4', 8, 4, 5008, 1004],
    ]);
  });

  test('numbers are the same wherever they start, also over the wrap', () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 2 ** 32 - 10, max: 2 ** 32 - 1 }),
    );
    const relative = (initial: { client: number; server: number }) =>
      told(plain, initial).map(({ rawSeq: _seq, rawAck: _ack, ...rest }) => rest);
    fc.assert(
      fc.property(fc.record({ client: number, server: number }), (initial) => {
        expect(relative(initial)).toEqual(relative({ client: 0, server: 0 }));
      }),
    );
  });

  test('they go on beyond 2³², and old copies keep theirs', () => {
    const flow = new SegmentFlow();
    const send = (seq: number) =>
      flow.segment('client', decodeTcp(tcpBytes({ seq: seq % 2 ** 32 })), { sentAt: 0, fate: 'unknown' }).seq;
    const megabytes = Array.from({ length: 5000 }, (_, index) => index * 2 ** 20);
    expect(megabytes.map(send)).toEqual(megabytes.map((seq) => seq + 1));
    expect(send(4000 * 2 ** 20)).toBe(4000 * 2 ** 20 + 1);
  });

  test('no more payload than a trace shows; the length counts all', () => {
    const tcp = decodeTcp(tcpBytes({ payload: new Uint8Array(PAYLOAD_SHOWN + 1).fill(7) }));
    const { length, payload } = new SegmentFlow().segment('server', tcp, { sentAt: 0, fate: 'unknown' });
    expect([length, payload.length]).toEqual([PAYLOAD_SHOWN + 1, 2 * PAYLOAD_SHOWN]);
  });

  test('SACK blocks are told by relative numbers', () => {
    const options = Uint8Array.from([...hex('0101050a'), ...hex('000003eb'), ...hex('000003ed')]);
    const [, , , ack] = told([...opened, ['server', 'ACK', 1, 1, '', { options }]]);
    expect(ack!.options).toEqual(['nop', 'nop', 'sack 3:5']);
  });
});

describe('where the beginning was not seen', () => {
  const initial = { client: 9, server: 4 };

  test('the first byte seen or acknowledged has 1', () => {
    const segments = told(
      [
        ['client', 'PSH ACK', 501, 301, 'ab'],
        ['server', 'ACK', 301, 503],
      ],
      initial,
    );
    expect(segments.map(({ seq, ack }) => [seq, ack])).toEqual([
      [1, 1],
      [1, 3],
    ]);
  });

  test('what came before it has a number below', () => {
    const segments = told(
      [
        ['client', 'ACK', 501, 301, 'ab'],
        ['client', 'ACK', 401, 301, 'ab'],
      ],
      initial,
    );
    expect(segments.map(({ seq, id }) => [seq, id])).toEqual([
      [1, 'client.data.1'],
      [-99, 'client.data.-99'],
    ]);
  });

  test('a SYN+ACK alone tells both', () => {
    const segments = told(
      [
        ['server', 'SYN ACK', 0, 1],
        ['client', 'ACK', 1, 1, 'ab'],
      ],
      initial,
    );
    expect(segments.map(({ seq, ack }) => [seq, ack])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});

describe('windows, RFC 7323', () => {
  const windows = (said: readonly Said[]) => told(said).map(({ window }) => window);

  test('those of the SYNs are not scaled, the others are', () => {
    expect(windows(opened)).toEqual([64240, 65160, 502 * 128]);
  });

  test('none is where only one side offered it', () => {
    expect(windows([opened[0]!, ['server', 'SYN ACK', 0, 1], opened[2]!])).toEqual([64240, 512, 502]);
  });

  test('none is where a SYN was not seen', () => expect(windows(opened.slice(1))).toEqual([65160, 502]));

  test('a shift above 14 counts as 14', () => {
    const options = hex('030320');
    const syns: Said[] = [
      ['client', 'SYN', 0, undefined, '', { options }],
      ['server', 'SYN ACK', 0, 1, '', { options }],
    ];
    expect(windows([...syns, ['client', 'ACK', 1, 1, '', { window: 1 }]])[2]).toBe(16384);
  });
});

describe('what is sent again', () => {
  const again = (said: readonly Said[]) =>
    told(said).flatMap(({ id, retransmissionOf, probe }) =>
      retransmissionOf || probe ? [[id, retransmissionOf ?? probe]] : [],
    );

  test('a SYN, a SYN+ACK, data, a FIN', () => {
    const twice = plain.flatMap((one) => [one, one]);
    expect(again(twice)).toEqual([
      ['client.syn.1', 'client.syn'],
      ['server.syn.1', 'server.syn'],
      ['client.data.1.1', 'client.data.1'],
      ['server.data.1.1', 'server.data.1'],
      ['server.fin.1', 'server.fin'],
      ['client.fin.1', 'client.fin'],
    ]);
  });

  test('a part of a segment, and more than one', () => {
    const segments: Said[] = [
      ...opened,
      ['client', 'ACK', 1, 1, 'abcd'],
      ['client', 'ACK', 5, 1, 'efgh'],
      ['client', 'ACK', 3, 1, 'cd'],
      ['client', 'ACK', 7, 1, 'ghij'],
      ['client', 'FIN ACK', 9, 1, 'ij'],
      ['client', 'ACK', 1, 1, 'abcdefghij'],
    ];
    expect(again(segments)).toEqual([
      ['client.data.3', 'client.data.1'],
      ['client.data.7', 'client.data.5'],
      ['client.data.9', 'client.data.7'],
      ['client.data.1.1', 'client.data.1'],
    ]);
  });

  test('what fills a gap is new', () => {
    const segments: Said[] = [
      ...opened,
      ['client', 'ACK', 5, 1, 'efgh'],
      ['client', 'ACK', 1, 1, 'abcd'],
      ['client', 'ACK', 13, 1, 'mnop'],
      ['client', 'ACK', 7, 1, 'ghijklmn'],
      ['client', 'ACK', 9, 1, 'ij'],
    ];
    expect(again(segments)).toEqual([
      ['client.data.7', 'client.data.5'],
      ['client.data.9', 'client.data.7'],
    ]);
  });

  test('a last byte that was not acknowledged, or is pushed: not a keep-alive', () => {
    const byte: Said[] = [...opened, ['client', 'ACK', 1, 1, '7'], ['client', 'ACK', 1, 1, '7']];
    expect(again(byte)).toEqual([['client.data.1.1', 'client.data.1']]);
    const pushed: Said[] = [
      ...opened,
      ['client', 'PSH ACK', 1, 1, '7'],
      ['server', 'ACK', 1, 2],
      ['client', 'PSH ACK', 1, 1, '7'],
    ];
    expect(again(pushed)).toEqual([['client.data.1.1', 'client.data.1']]);
  });

  test('keep-alives, without and with a byte; their answers are not', () => {
    const segments: Said[] = [
      ...opened,
      ['client', 'PSH ACK', 1, 1, 'ab'],
      ['server', 'ACK', 1, 3],
      ['client', 'ACK', 2, 1],
      ['server', 'ACK', 1, 3],
      ['client', 'ACK', 2, 1, '\0'],
      ['server', 'ACK', 1, 3],
    ];
    expect(again(segments)).toEqual([
      ['client.probe', 'keep-alive'],
      ['client.probe.1', 'keep-alive'],
    ]);
  });

  test('zero-window probes, of Linux and of the book; the byte is new when it is sent in earnest', () => {
    const segments: Said[] = [
      ...opened,
      ['client', 'PSH ACK', 1, 1, 'ab'],
      ['server', 'ACK', 1, 3, '', { window: 0 }],
      ['client', 'ACK', 2, 1],
      ['client', 'ACK', 3, 1, 'c'],
      ['client', 'ACK', 3, 1, 'c'],
      ['server', 'ACK', 1, 3],
      ['client', 'PSH ACK', 3, 1, 'cd'],
    ];
    expect(again(segments)).toEqual([
      ['client.probe', 'zero-window'],
      ['client.probe.1', 'zero-window'],
      ['client.probe.2', 'zero-window'],
    ]);
  });

  test('pure acknowledgments and resets never', () => {
    const segments: Said[] = [...opened, opened[2]!, ['client', 'RST', 1], ['client', 'RST', 1]];
    expect(again(segments)).toEqual([]);
    expect(
      told(segments)
        .map(({ id }) => id)
        .slice(2),
    ).toEqual(['client.ack.1', 'client.ack.1.1', 'client.rst', 'client.rst.1']);
  });

  test('as if each byte were remembered', () => {
    const pieces = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 2, max: 12 })), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, (sent) => {
        const first = new Map<number, string>();
        const segments = told(sent.map(([seq, length]) => ['client', 'ACK', seq + 1, 1, 'x'.repeat(length)] as Said));
        for (const { id, seq, length, retransmissionOf } of segments) {
          const bytes = Array.from({ length }, (_, index) => seq + index);
          expect(retransmissionOf).toBe(bytes.map((byte) => first.get(byte)).find((holder) => holder !== undefined));
          for (const byte of bytes) if (!first.has(byte)) first.set(byte, id);
        }
        expect(new Set(segments.map(({ id }) => id)).size).toBe(segments.length);
      }),
      { numRuns: 500 },
    );
  });
});

test('a copy that the wire made', () => {
  const flow = new SegmentFlow();
  const tcp = decodeTcp(tcpBytes({ payload: bytesOf('ab') }));
  flow.segment('client', tcp, { sentAt: 0, fate: 'dropped' });
  const segment = flow.segment('client', tcp, { sentAt: 1, arrivedAt: 2, fate: 'delivered', header: '4500' });
  const {
    id,
    arrivedAt: _arrived,
    retransmissionOf: _first,
    ...same
  } = { ...segment, woke: 'server.recv.0', repeats: 2 };
  const { woke: _woken, repeats: _times, ...kept } = same;
  const copies = [flow.duplicateOf(segment, 3.14), flow.duplicateOf(segment, 4, 'dropped')];
  expect(copies).toEqual([
    { ...kept, id: 'client.data.1.1.copy', at: 3.1, sentAt: 3.1, duplicateOf: id },
    { ...kept, id: 'client.data.1.1.copy.1', at: 4, sentAt: 4, fate: 'dropped', duplicateOf: id },
  ]);
});

test('a SYN with another number begins anew; the same SYN again, or a SYN+ACK, does not', () => {
  const flow = new SegmentFlow();
  const anew = (one: Said, initial: Record<Side, number>): boolean => {
    const tcp = decodeTcp(segmentBytes(one, initial));
    const is = flow.beginsAnew(one[0], tcp);
    if (!is) flow.segment(one[0], tcp, { sentAt: 0, fate: 'unknown' });
    return is;
  };
  const initial = { client: 1, server: 2 };
  expect([...plain, plain[0]!].map((one) => anew(one, initial))).toEqual(Array(11).fill(false));
  expect(anew(plain[1]!, { client: 1, server: 3 })).toBe(false);
  expect(anew(plain[0]!, { client: 5, server: 3 })).toBe(true);
});

test('a server without memory of its first SYN+ACK sends another: its numbers begin there', () => {
  const flow = new SegmentFlow();
  const seqs = [7, 100].flatMap((server) =>
    [opened[1]!, ['server', 'ACK', 1, 1, 'ab'] as Said].map((one) =>
      flow.segment('server', decodeTcp(segmentBytes(one, { client: 0, server })), { sentAt: 0, fate: 'unknown' }),
    ),
  );
  expect(seqs.map(({ seq, retransmissionOf }) => [seq, retransmissionOf])).toEqual([
    [0, undefined],
    [1, undefined],
    [0, undefined],
    [1, undefined],
  ]);
});
