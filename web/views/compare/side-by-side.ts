import type { AlignedRow } from '../../reading/trace-alignment.ts';
import { stepsOf, type Difference, type Pair } from './differences.ts';

/** Room above steps, by their indexes, that a picture leaves besides what they need. */
export type Extra = ReadonlyMap<number, number>;
/** Where each step of a run stands in its picture, by index. */
export type Heights = readonly number[];

/** Room added above a step may swallow room that was there already: then a little is missing, and is added. */
const ROUNDS = 5;
const NEAR = 0.5;

/**
 * Returns the extra room of each picture with which equal steps stand at the same height.
 *
 *     first          second            first          second
 *     SYN            SYN               SYN            SYN
 *     SYN+ACK        SYN again    ──▶                 SYN again
 *                    SYN+ACK           SYN+ACK        SYN+ACK
 *
 * @param heightsWith lays the pictures out with such room
 */
export function alignedExtra(
  rows: readonly AlignedRow[],
  heightsWith: (extra: Pair<Extra>) => Pair<Heights>,
): Pair<Extra> {
  const extra = [new Map<number, number>(), new Map<number, number>()] as const;
  for (let round = 0; round < ROUNDS; round++) {
    const heights = heightsWith(extra);
    const added = [0, 0];
    for (const { first, second } of rows) {
      if (first === undefined || second === undefined) continue;
      const missing = heights[1][second]! + added[1]! - heights[0][first]! - added[0]!;
      if (Math.abs(missing) < NEAR) continue;
      const [which, index] = missing > 0 ? ([0, first] as const) : ([1, second] as const);
      // Steps in one row move together: no room fits between them.
      if (index > 0 && heights[which][index]! <= heights[which][index - 1]!) continue;
      extra[which].set(index, (extra[which].get(index) ?? 0) + Math.abs(missing));
      added[which]! += Math.abs(missing);
    }
    if (added[0] === 0 && added[1] === 0) break;
  }
  return extra;
}

/** From the first to the last height of a difference, in whichever picture has its steps. */
export function spanOf(difference: Difference, heights: Pair<Heights>): { top: number; bottom: number } {
  const all = ([0, 1] as const).flatMap((which) => stepsOf(difference, which).map((index) => heights[which][index]!));
  return { top: Math.min(...all), bottom: Math.max(...all) };
}
