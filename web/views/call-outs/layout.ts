/** A place in the picture, in its units. */
export interface Point {
  x: number;
  y: number;
}

/** Between a call-out and the edge of its share of the width. */
const MARGIN = 12;

/**
 * The lines from what the call-outs speak of down to the call-outs, which share the width evenly below the picture. A line
 * is straight down if it can be.
 */
export function leaders(anchors: readonly Point[], width: number, height: number): [from: Point, to: Point][] {
  const share = width / anchors.length;
  return anchors.map((from, index) => {
    const least = index * share + MARGIN;
    const x = Math.min(Math.max(from.x, least), least + share - 2 * MARGIN);
    return [from, { x, y: height }];
  });
}
