import type { Step, TcpState } from '../../bridge/trace/step.ts';
import type { Trace } from '../../bridge/trace/trace.ts';

/** How many steps the largest run of a bridge has. */
export const MOST_STEPS = 5000;

const base = (index: number, at: number, side: 'client' | 'server' = index % 2 ? 'server' : 'client') => ({
  id: `step ${index}`,
  at,
  side,
  evidence: 'observed' as const,
});
const segment = (index: number, at: number, arrivedAt: number, more: object = {}): Step => ({
  ...base(index, at),
  kind: 'segment',
  from: index % 2 ? 'server' : 'client',
  flags: ['ACK', 'PSH'],
  seq: index * 10,
  ack: 1,
  length: 10,
  payload: '00',
  sentAt: at,
  arrivedAt,
  fate: 'delivered',
  ...more,
});
const call = (index: number, at: number, returnedAt?: number): Step => ({
  ...base(index, at),
  kind: 'call',
  name: index % 4 < 2 ? 'recv' : 'send',
  args: ['1024'],
  startedAt: at,
  ...(returnedAt !== undefined && { returnedAt, result: 'ok', bytes: 1, payload: '00' }),
});
const STATES: TcpState[] = ['CLOSED', 'LISTEN', 'SYN_SENT', 'ESTABLISHED', 'FIN_WAIT_1', 'TIME_WAIT'];
const state = (index: number, at: number, more: object = {}): Step => ({
  ...base(index, at),
  kind: 'state',
  from: STATES[index % 6]!,
  to: STATES[(index + 1) % 6]!,
  ...more,
});
type Make = (index: number, count: number) => Step;

const all =
  (make: Make) =>
  (count = MOST_STEPS): Step[] =>
    Array.from({ length: count }, (_, index) => make(index, count));

/** Traces that no bridge would tell: many steps, each with a shape that some part of the page may find hard. */
export const HOSTILE_STEPS: Readonly<Record<string, (count?: number) => Step[]>> = {
  'segments that all cross': all((index, count) => segment(index, index, 2 * count - index)),
  'segments at one instant': all((index) => segment(index, 1, 2)),
  'segments that are all under way for ever': all(
    (index) => ({ ...segment(index, index, 0), fate: 'underway', arrivedAt: undefined }) as unknown as Step,
  ),
  'segments that each repeat the first one': all((index) =>
    segment(index, index, index + 5, index > 0 ? { retransmissionOf: 'step 0' } : {}),
  ),
  'segments that each repeat the one before': all((index) =>
    segment(index, index, index + 5, index > 0 ? { retransmissionOf: `step ${index - 1}` } : {}),
  ),
  'repeated segments that all cross': all((index, count) =>
    segment(index, index, 2 * count - index, index > 0 ? { retransmissionOf: 'step 0' } : {}),
  ),
  'segments of the same bytes': all((index) => segment(index, index, index + 50, { seq: 1 })),
  'segments each with a call that caused it': all((index) =>
    index % 2
      ? segment(index, index, index + 900, { causedBy: `step ${index - 1}`, woke: 'step 0' })
      : call(index, index, index + 1000),
  ),
  'segments that are held': all((index) =>
    segment(index, index, 0, {
      fate: 'held',
      arrivedAt: undefined,
      ...(index > 0 && { behind: `step ${index - 1}` }),
    }),
  ),
  'calls inside one another': all((index, count) => call(index, index, 4 * count - index)),
  'calls that never return': all((index) => call(index, index)),
  'calls at one instant': all((index) => call(index, 1, 1)),
  'states with the cause before them': all((index) =>
    state(index, index, index > 0 ? { cause: `step ${index - 1}` } : {}),
  ),
  'states at one instant': all((index) => state(index, 1)),
  'printed lines': all((index) => ({
    ...base(index, index),
    kind: 'output',
    stream: 'stdout',
    line: 'x'.repeat(2000),
  })),
  'everything in turn': all((index) =>
    [
      () =>
        segment(index, index * 1000, index * 1000 + 40_000, {
          ...(index > 0 && { duplicateOf: `step ${index - 4}` }),
        }),
      () => call(index, index * 1000, index * 1000 + 500_000),
      () => state(index, index * 1000, { cause: `step ${index - 2}` }),
      (): Step => ({ ...base(index, index * 1000), kind: 'output', stream: 'stderr', line: `line ${index}` }),
    ][index % 4]!(),
  ),
};

/** A trace file with these steps. */
export function traceOf(steps: readonly Step[]): Trace {
  return {
    format: 'aperto-trace',
    version: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    wire: 'lab',
    target: '10.77.0.2:65432',
    sources: [{ name: 'capture', active: true, tells: 'segments' }],
    script: [{ do: 'send', hex: '79' }, { do: 'recv' }],
    outcome: 'replied',
    durationUs: 1000,
    steps: [...steps],
  };
}
