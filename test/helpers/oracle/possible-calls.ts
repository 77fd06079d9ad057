import { expect } from 'vitest';
import type { Call, State, Step } from '../../../bridge/trace/step.ts';
import { calls, segments, states } from '../trace-checks.ts';

/** Calls before a connection, whose order is another matter. */
const OF_LISTENING: ReadonlySet<Call['name']> = new Set(['socket', 'bind', 'listen']);
/** Microseconds: a smaller range is not told. */
const SMALLEST_RANGE = 1.2;
const USABLE: ReadonlySet<State['to']> = new Set(['LISTEN', 'SYN_RCVD', 'ESTABLISHED', 'CLOSE_WAIT']);

/**
 * What holds for the server's calls that nobody saw: a connection is accepted before it is used and closed last, no call
 * lies in another one of its thread, none on a side that is closed, and each comes before what it caused.
 */
export function expectPossibleCalls(steps: readonly Step[]): void {
  const ofServer = calls(steps).filter(({ side, name }) => side === 'server' && !OF_LISTENING.has(name));
  const unseen = ofServer.filter(({ evidence }) => evidence === 'inferred');
  const untrue: string[] = [];
  for (const call of unseen) {
    for (const other of ofServer) if (isInside(call, other)) untrue.push(`${call.id} lies in ${other.id}`);
    if (closedBefore(call, steps)) untrue.push(`${call.id} comes after its side was closed`);
    const { range } = call;
    if (range && (range.earlierUs < 0 || range.laterUs < 0)) untrue.push(`${call.id} is outside of its range`);
  }
  const order = unseen.map(({ name }) => (name === 'accept' ? 0 : name === 'send' ? 1 : 2));
  if (order.some((rank, index) => rank < (order[index - 1] ?? 0)))
    untrue.push('accept(), send(), close(): not in order');
  untrue.push(...rangesOutOfOrder(unseen));
  for (const segment of segments(steps)) {
    const cause = unseen.find(({ id }) => id === segment.causedBy);
    if (cause && cause.startedAt > segment.sentAt) untrue.push(`${segment.id} comes before ${cause.id}`);
  }
  expect(untrue).toEqual([]);
}

/** What follows a call is not told to have been possible before that call was. */
function rangesOutOfOrder(unseen: readonly Call[]): string[] {
  return unseen.flatMap((call, index) => {
    const before = unseen[index - 1];
    const isEarlier = before && earliestOf(call) < earliestOf(before) - SMALLEST_RANGE;
    return isEarlier ? [`${call.id} may be before ${before.id}, which cannot be that early`] : [];
  });
}

function earliestOf({ startedAt, range }: Call): number {
  return startedAt - (range?.earlierUs ?? 0);
}

/** Threads are named only if there are several. */
function isInside(call: Call, other: Call): boolean {
  if (call === other || other.thread !== undefined) return false;
  if (other.returnedAt === undefined && !other.within) return false;
  return call.startedAt > other.startedAt && call.startedAt < (other.returnedAt ?? Infinity);
}

function closedBefore({ startedAt }: Call, steps: readonly Step[]): boolean {
  const last = states(steps, 'server').findLast(({ at }) => at < startedAt);
  return last !== undefined && !USABLE.has(last.to);
}
