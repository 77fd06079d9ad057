import { toTenths } from '../step.ts';
import { type Room, TENTH } from './room.ts';

/** What binds a call that nobody saw, in microseconds. */
export interface Bounds {
  /** It comes after its cause. */
  earliest: number;
  /** It comes before its effect. */
  latest: number;
  /** Where it most likely was. */
  likely: number;
  /** Whether it was there for sure, if it can have been there at all. */
  isExact?: boolean;
  /** An estimate of when its cause was: the call has its place after that. */
  after: number;
}

/** A call's place, and the whole range in which it can be. */
export interface Place {
  at: number;
  earliest: number;
  latest: number;
}

/**
 * Finds places for calls that nobody saw: in their order, each within its bounds, and none while the program was blocked.
 * It returns nothing for a call that has no room.
 *
 *     bounds of each ─▶ no later than the next allows ─▶ no earlier than the one before allows ─▶ nearest to where it
 *     (calls in order)   (from the last to the first)     (from the first to the last)             most likely was
 */
export function placeCalls(calls: readonly Bounds[], room: Room): (Place | undefined)[] {
  const latest: (number | undefined)[] = calls.map(() => undefined);
  let limit = Infinity;
  for (let index = calls.length - 1; index >= 0; index -= 1) {
    const call = calls[index]!;
    const found = room.last(call.earliest, Math.min(call.latest, limit));
    latest[index] = found;
    if (found !== undefined) limit = toTenths(found - TENTH);
  }
  let earliest = -Infinity;
  let before = -Infinity;
  return calls.map((call, index) => {
    const last = latest[index];
    const first = last === undefined ? undefined : room.first(Math.max(call.earliest, earliest), last);
    if (last === undefined || first === undefined) return undefined;
    const from = Math.max(first, before, call.after);
    const likely = Math.min(Math.max(call.likely, from), last);
    const at = room.first(likely, last) ?? room.last(from, likely);
    if (at === undefined) return undefined;
    earliest = toTenths((call.isExact && at === call.likely ? at : first) + TENTH);
    before = toTenths(at + TENTH);
    return { at, earliest: first, latest: last };
  });
}
