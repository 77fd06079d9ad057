import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { pcapFile } from '../../../../bridge/packet/capture-file/pcap-writer.ts';
import { tracePcap } from '../../../../bridge/packet/capture-file/trace-pcap.ts';
import { addressText, openConnection, traceOf } from '../../../../bridge/packet/connection-trace/connection-trace.ts';
import { CaptureIndex } from '../../../../bridge/packet/connections/capture-index.ts';
import type { CapturedSegment } from '../../../../bridge/packet/connections/connection-reader.ts';
import type { Flag, Side, Step, TcpState } from '../../../../bridge/trace/step.ts';
import type { CapturePlace, Trace } from '../../../../bridge/trace/trace.ts';
import { readCapture } from '../../../helpers/packets/capture-rows.ts';
import { type TcpFields, tcpPacket } from '../../../helpers/packets/packets.ts';
import { readTrace } from '../../../../web/runs/trace-file.ts';

const CLIENT = { source: [10, 0, 0, 1], destination: [10, 0, 0, 2] };
const SERVER = { source: [10, 0, 0, 2], destination: [10, 0, 0, 1] };
type Sent = [at: number, from: Side, flags: Flag[], fields?: TcpFields];

/** The trace of a connection whose segments were captured at these milliseconds. Numbers begin at 99 and 499. */
async function traceFrom(sent: readonly Sent[], chosen?: CapturePlace): Promise<Trace> {
  const packets = sent.map(([at, from, flags, fields]) => {
    const ports = from === 'client' ? [4000, 80] : [80, 4000];
    const [sourcePort, destinationPort] = ports as [number, number];
    const tcp = { sourcePort, destinationPort, flags, ...fields };
    const bytes = tcpPacket(tcp, from === 'client' ? CLIENT : SERVER);
    return { at: 1_700_000_000_000_000_000n + BigInt(Math.round(at * 1e6)), bytes, originalLength: bytes.length };
  });
  return await firstOf(pcapFile(packets), chosen);
}

async function firstOf(file: Uint8Array, chosen?: CapturePlace, connection = 0): Promise<Trace> {
  const index = new CaptureIndex();
  index.feed(file);
  index.end();
  return await openConnection(index, connection, partsOf(file), chosen);
}

function partsOf(file: Uint8Array) {
  return async function* (from: number, to: number) {
    yield file.subarray(from, to);
  };
}

const segmentsOf = ({ steps }: Pick<Trace, 'steps'>) => steps.filter((step) => step.kind === 'segment');
const statesOf = ({ steps }: Pick<Trace, 'steps'>, side: Side): TcpState[] =>
  steps.filter((step) => step.kind === 'state' && step.side === side).map((step) => (step as { to: TcpState }).to);

const TEN = { payload: new Uint8Array(10).fill(65) };
/** At the client's end, 20 ms from the server. */
const WHOLE: Sent[] = [
  [0, 'client', ['SYN'], { seq: 99 }],
  [40, 'server', ['SYN', 'ACK'], { seq: 499, ack: 100 }],
  [40.1, 'client', ['ACK'], { seq: 100, ack: 500 }],
  [41, 'client', ['PSH', 'ACK'], { seq: 100, ack: 500, ...TEN }],
  [81, 'server', ['PSH', 'ACK'], { seq: 500, ack: 110, ...TEN }],
  [81.1, 'client', ['FIN', 'ACK'], { seq: 110, ack: 510 }],
  [121.2, 'server', ['FIN', 'ACK'], { seq: 510, ack: 111 }],
  [121.3, 'client', ['ACK'], { seq: 111, ack: 511 }],
];
/** The same, seen elsewhere on the way: so many milliseconds from the client, of 20. */
const seenAt = (way: number): Sent[] =>
  WHOLE.map(([at, from, ...rest]): Sent => [from === 'client' ? at + way : at - way, from, ...rest]).sort(
    ([a], [b]) => a - b,
  );

describe('a connection of a capture, as a trace', () => {
  test('has segments, and the states that follow from them; nobody saw a program', async () => {
    const trace = await traceFrom(WHOLE);
    expect(trace).toMatchObject({ wire: 'capture', target: '10.0.0.2:80', outcome: 'replied', capturedAt: 'client' });
    expect(trace.startedAt).toBe('2023-11-14T22:13:20.000000000Z');
    expect(trace.steps.filter(({ kind }) => kind !== 'segment' && kind !== 'state')).toEqual([]);
    expect(statesOf(trace, 'client')).toEqual(['SYN_SENT', 'ESTABLISHED', 'FIN_WAIT_1', 'TIME_WAIT']);
    expect(statesOf(trace, 'server')).toEqual([
      'LISTEN',
      'SYN_RCVD',
      'ESTABLISHED',
      'CLOSE_WAIT',
      'LAST_ACK',
      'CLOSED',
    ]);
    for (const step of trace.steps)
      expect(step).toMatchObject(
        step.kind === 'segment' ? { evidence: 'captured' } : { evidence: 'inferred', reason: expect.any(String) },
      );
    expect(trace.sources).toContainEqual(
      expect.objectContaining({ tells: 'calls', side: 'server', active: false, why: 'NOT_IN_CAPTURES' }),
    );
  });

  test.each([
    [0, 'client'],
    [10, 'between'],
    [20, 'server'],
  ] as const)('%s ms from the client, it was taken at the %s', async (way, place) => {
    const trace = await traceFrom(seenAt(way));
    expect(trace.capturedAt).toBe(place);
    const [syn, answer] = segmentsOf(trace);
    // Whatever the place, the two ends see the same.
    expect(syn).toMatchObject({ sentAt: 0, fate: 'delivered' });
    expect(syn!.arrivedAt).toBeCloseTo(20_000, -3);
    expect(answer!.sentAt).toBeCloseTo(20_000, -3);
    expect(answer!.arrivedAt).toBeCloseTo(40_000, -3);
    const estimated = { client: 'arrivedAt', between: 'both', server: 'sentAt' }[place];
    expect(syn!.estimated).toBe(estimated);
    expect(statesOf(trace, 'server').at(-1)).toBe('CLOSED');
  });

  test('the viewer may know better where it was taken', async () => {
    const trace = await traceFrom(WHOLE, 'server');
    expect(trace.capturedAt).toBe('server');
    expect(segmentsOf(trace)[1]).not.toHaveProperty('estimated', 'sentAt');
  });

  test('nothing is known to happen after what it caused', async () => {
    for (const way of [0, 10, 20]) {
      const trace = await traceFrom(seenAt(way));
      const known = segmentsOf(trace);
      for (const segment of known) {
        expect(segment.arrivedAt).toBeGreaterThanOrEqual(segment.sentAt);
        const shows = known.find(
          ({ from, ack = 0 }) => from !== segment.from && ack >= segment.seq + segment.length + 1,
        );
        if (shows) expect(segment.arrivedAt).toBeLessThanOrEqual(shows.sentAt);
      }
    }
  });

  test('what no acknowledgment shows to have arrived did not arrive, as far as is known', async () => {
    const trace = await traceFrom([
      ...WHOLE.slice(0, 3),
      [41, 'client', ['PSH', 'ACK'], { seq: 100, ack: 500, ...TEN }],
      [341, 'client', ['PSH', 'ACK'], { seq: 100, ack: 500, ...TEN }],
      [381, 'server', ['ACK'], { seq: 500, ack: 110 }],
    ]);
    const [first, again] = segmentsOf(trace).filter(({ length }) => length > 0);
    expect(first).toMatchObject({ fate: 'unknown' });
    expect(first).not.toHaveProperty('arrivedAt');
    expect(again).toMatchObject({ fate: 'delivered', retransmissionOf: first!.id, marks: ['retransmission'] });
  });

  test('a SYN that nobody answered changes one end only', async () => {
    const trace = await traceFrom([
      [0, 'client', ['SYN'], { seq: 99 }],
      [1000, 'client', ['SYN'], { seq: 99 }],
    ]);
    expect(trace.outcome).toBe('timeout');
    expect(statesOf(trace, 'client')).toEqual(['SYN_SENT']);
    expect(statesOf(trace, 'server')).toEqual([]);
    expect(segmentsOf(trace).map(({ fate }) => fate)).toEqual(['unknown', 'unknown']);
  });

  test('a refused connection had no listening socket', async () => {
    const trace = await traceFrom([
      [0, 'client', ['SYN'], { seq: 99 }],
      [1, 'server', ['RST', 'ACK'], { seq: 0, ack: 100 }],
    ]);
    expect(trace.outcome).toBe('refused');
    expect(statesOf(trace, 'client')).toEqual(['SYN_SENT', 'CLOSED']);
    expect(statesOf(trace, 'server')).toEqual([]);
  });

  test('one that began before the capture is established, and says why', async () => {
    const trace = await traceFrom(WHOLE.slice(3));
    expect(statesOf(trace, 'client')).toEqual(['ESTABLISHED', 'FIN_WAIT_1', 'TIME_WAIT']);
    expect(statesOf(trace, 'server')).toEqual(['ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
    expect(trace.steps.find(({ kind }) => kind === 'state')).toMatchObject({ reason: 'began-before-capture' });
  });

  test('both ends may open, and both may close, at once', async () => {
    const trace = await traceFrom([
      [0, 'client', ['SYN'], { seq: 99 }],
      [1, 'server', ['SYN'], { seq: 499 }],
      [2, 'client', ['SYN', 'ACK'], { seq: 99, ack: 500 }],
      [3, 'server', ['SYN', 'ACK'], { seq: 499, ack: 100 }],
      [10, 'client', ['FIN', 'ACK'], { seq: 100, ack: 500 }],
      [10.2, 'server', ['FIN', 'ACK'], { seq: 500, ack: 100 }],
      [12, 'client', ['ACK'], { seq: 101, ack: 501 }],
      [13, 'server', ['ACK'], { seq: 501, ack: 101 }],
    ]);
    expect(statesOf(trace, 'client')).toEqual(
      expect.arrayContaining(['SYN_SENT', 'SYN_RCVD', 'ESTABLISHED', 'TIME_WAIT']),
    );
    expect(statesOf(trace, 'server')).toEqual(
      expect.arrayContaining(['SYN_SENT', 'SYN_RCVD', 'ESTABLISHED', 'TIME_WAIT']),
    );
  });

  test('an end that acknowledges a FIN has it, even if bytes before it were not captured', async () => {
    const trace = await traceFrom([
      ...WHOLE.slice(0, 3),
      [50, 'client', ['FIN', 'ACK'], { seq: 2000, ack: 500 }],
      [90, 'server', ['ACK'], { seq: 500, ack: 2001 }],
    ]);
    expect(statesOf(trace, 'server').at(-1)).toBe('CLOSE_WAIT');
    expect(segmentsOf(trace).find(({ flags }) => flags.includes('FIN'))).toMatchObject({
      marks: ['previous-not-captured'],
    });
  });

  test('its packets can be saved, byte for byte', async () => {
    const trace = await traceFrom(WHOLE);
    const again = await firstOf(tracePcap(trace));
    const bytes = ({ steps }: { steps: readonly Step[] }) =>
      segmentsOf({ steps: [...steps] }).map(({ header, payload, flags }) => ({ header, payload, flags }));
    expect(bytes(again)).toEqual(bytes(trace));
  });

  test('a time that no calendar has, and an IPv6 address', () => {
    const summary = { packets: { client: 0, server: 0 }, data: { client: 0, server: 0 } };
    const none = traceOf([], { ...summary, server: { address: 'fd00::1', port: 1 } } as never, {
      seconds: 2 ** 40,
      nanoseconds: 0,
    });
    expect(none).toMatchObject({ target: '[fd00::1]:1', startedAt: '9999-12-31T23:59:59.000000000Z', steps: [] });
    expect(addressText({ address: '10.0.0.1', port: 80 })).toBe('10.0.0.1:80');
  });
});

/** Every connection of a file as a trace that the page accepts, with the numbers of its segments. */
async function expectWhole(file: Uint8Array, every = 1) {
  const { index, segments } = readCapture(file);
  for (let connection = 0; connection < index.count; connection += every) {
    const trace = await openConnection(index, connection, partsOf(file));
    const own = segments.filter((segment) => segment.connection === connection);
    const bySent = (list: readonly Pick<CapturedSegment, 'seq' | 'ack' | 'window' | 'from'>[]) =>
      list.map(({ seq, ack, window, from }) => `${from} ${seq} ${ack} ${window}`).sort();
    expect(bySent(segmentsOf(trace) as never)).toEqual(bySent(own));
    expect(new Set(trace.steps.map(({ id }) => id)).size).toBe(trace.steps.length);
    expect(readTrace(JSON.stringify(trace))).toMatchObject({ wire: 'capture', capturedAt: trace.capturedAt });
  }
}

test('connections of our own random capture become traces that the page can open', async () => {
  await expectWhole(
    gunzipSync(readFileSync(new URL('../../../fixtures/captures/random.pcap.gz', import.meta.url))),
    23,
  );
});

const FOLDER = '../shared/captures';
const captures = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /\.pcap(ng)?$/.test(name)) : [];
describe.skipIf(captures.length === 0)(
  `captures of others, in ${FOLDER} (skipped where there is no such folder)`,
  () => {
    test.each(captures)('%s', async (name) => {
      await expectWhole(new Uint8Array(readFileSync(join(FOLDER, name))));
    });
  },
);
