/** The area in which the picture scrolls, in the picture's units. */
export interface Sight {
  /** How far the picture is scrolled. */
  scrolled: number;
  /** Its height. */
  height: number;
  /** Its height down to where something else covers it. */
  seen: number;
}

/** The place of the cursor, and the lowest thing that must be seen with it, in units from the top of the sheet. */
export interface Followed {
  y: number;
  lowest: number;
}

/** No less is looked at, whatever covers the picture. */
const LEAST_SEEN = 120;
const HIGH = 90;
const LOW_SHARE = 0.72;

/**
 * Where to scroll so that the cursor is well in sight. Undefined while it is: the picture moves only when the cursor nears
 * the edge, so that it does not swim.
 * @param heads the height of what stays at the top
 */
export function whereToScroll({ y, lowest }: Followed, sight: Sight, heads: number): number | undefined {
  const seen = Math.max(LEAST_SEEN, Math.min(sight.height, sight.seen));
  const top = heads + y - sight.scrolled;
  const low = seen * LOW_SHARE;
  const least = heads + lowest - seen;
  if (top > HIGH && top < low && sight.scrolled >= least) return undefined;
  return Math.max(least, top >= low ? y - seen * 0.45 : y - seen * 0.3);
}
