import { isBeat } from '../../../reading/moments.ts';
import type { BreakShape } from './break-shapes.ts';
import type { Layout } from './layout.ts';

/** The shares of a beat at which what arrived has landed, and at which the call that returns has woken. */
export interface Phases {
  land: number;
  wake: number;
}

/** How far each part of a beat has been played, 0 to 1. They come one after the other: no part begins before the last is over. */
export interface Played {
  landed: number;
  woken: number;
  /** What the beat itself is: the flight of a segment, the filling of a band. */
  own: number;
}

/** @param progress of the beat, 0 to 1 */
export function playedAt(progress: number, { land, wake }: Phases): Played {
  return { landed: shareOf(progress, 0, land), woken: shareOf(progress, land, wake), own: shareOf(progress, wake, 1) };
}

function shareOf(progress: number, from: number, to: number): number {
  if (progress >= to) return 1;
  return Math.max(0, (progress - from) / (to - from));
}

/** Comes to rest softly. */
export function eased(share: number): number {
  return 1 - (1 - share) ** 2.4;
}

/** The moments that came with a beat: its own is the last, and before it are those that have no beat. */
export interface Fresh {
  /** Place among all moments of the first. */
  from: number;
  /** Of the beat's own; the number of moments at the end of the run. */
  own: number;
}

/** @param passed how many moments have passed; infinite at the end of the run */
export function freshAt({ moments }: Pick<Layout, 'moments'>, passed: number): Fresh {
  const own = passed === Infinity ? moments.length : Math.min(passed, moments.length) - 1;
  let from = own;
  while (from > 0 && !isBeat(moments[from - 1]!)) from -= 1;
  return { from, own };
}

/** The break of the silence after so many moments, if there is one: before the next beat, or not over yet. */
export function breakAfter(
  { moments, breaks }: Pick<Layout, 'moments' | 'breaks'>,
  passed: number,
): BreakShape | undefined {
  const next = moments.findIndex((moment, order) => order >= passed && isBeat(moment));
  return breaks.find(({ order }) => order >= passed && (next < 0 || order <= next));
}
