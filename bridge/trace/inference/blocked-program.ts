import type { Call } from '../step.ts';
import type { Observations } from './observations.ts';
import type { Interval } from './room.ts';

/**
 * When the server program is known to have been blocked, so that it made no other call: in a call of its only thread, or
 * in whatever a source saw. What such a call may have lasted beyond that does not count.
 */
export function blockedIntervals({ calls, pauses }: Pick<Observations, 'calls' | 'pauses'>): Interval[] {
  return [
    ...pauses.map(({ at, until }) => ({ from: at, until })),
    ...calls.server.filter(isOfOnlyThread).map((call) => ({ from: call.startedAt, until: earliestReturn(call) })),
  ];
}

/** A source names the thread of a call if the program has several: the others may make calls meanwhile. */
export function isOfOnlyThread({ thread }: Call): boolean {
  return thread === undefined;
}

/**
 * The earliest moment at which a call can have returned; Infinity while it is blocked. If only its beginning was seen, or it
 * is an accept(), which may wait for others, it can have returned at any time since.
 */
export function earliestReturn({ name, startedAt, returnedAt, within }: Call): number {
  if (returnedAt === undefined) return within || name === 'accept' ? startedAt : Infinity;
  return returnedAt - (within?.returnUs ?? 0);
}
