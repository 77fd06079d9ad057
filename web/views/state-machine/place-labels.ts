/** A rectangle around its middle, in pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** A line that needs a label, as points along it. The last point is the tip of its arrow. */
export interface Worded {
  points: readonly Point[];
  /** The sizes of the ways to write the label, the best first. */
  sizes: readonly { width: number; height: number }[];
}

export interface Placed extends Rectangle {
  /** The index of the way to write the label. */
  variant: number;
}

/** The smallest distance from a label to any line, in pixels, and to the tip of an arrow. */
const CLEAR = 3;
const CLEAR_OF_TIP = 7;
/** The distances from its line to try for a label, in pixels from where it would touch. */
const ASIDE = [0, 4, 9, 15, 22, 30];
/** The largest distance from its line, in pixels: further away, a label seems to belong to another line. */
const FURTHEST = 16;
const SHARES = [0.5, 0.42, 0.58, 0.33, 0.67, 0.25, 0.75, 0.15, 0.85];

/**
 * Places labels beside their lines, as near to the middle as possible. No label covers a line, an arrow head, a box or
 * another label.
 * @param known labels that are already placed
 * @param furthest the largest distance from a label to its line, in pixels
 * @returns the place of each line's label, or undefined if there is none
 */
export function placeLabels(
  worded: readonly Worded[],
  lines: readonly (readonly Point[])[],
  boxes: readonly Rectangle[],
  frame: { width: number; height: number },
  known: readonly Rectangle[] = [],
  furthest = FURTHEST,
): (Placed | undefined)[] {
  const taken = [...boxes, ...known];
  return worded.map((line) => {
    const isFree = (label: Rectangle) =>
      isWithin(label, frame) &&
      !taken.some((box) => meet(label, box)) &&
      distance(label, line.points) <= furthest &&
      !lines.some((other) => touches(label, other));
    const found = candidatesOf(line).find(isFree);
    if (found) taken.push(found);
    return found;
  });
}

function candidatesOf({ points, sizes }: Worded): Placed[] {
  const found: { label: Placed; price: number }[] = [];
  sizes.forEach(({ width, height }, variant) => {
    for (const share of SHARES) {
      const index = Math.round(share * (points.length - 1));
      const { x, y } = points[index]!;
      const [before, after] = [points[Math.max(0, index - 1)]!, points[Math.min(points.length - 1, index + 1)]!];
      const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
      const [nx, ny] = [-(after.y - before.y) / length, (after.x - before.x) / length];
      const touching = (Math.abs(nx) * width + Math.abs(ny) * height) / 2 + CLEAR + 0.5;
      for (const aside of ASIDE)
        for (const side of [-1, 1]) {
          const away = side * (touching + aside);
          found.push({
            label: { x: x + nx * away, y: y + ny * away, width, height, variant },
            price: 60 * Math.abs(share - 0.5) + 1.5 * aside + 12 * variant,
          });
        }
    }
  });
  return found.sort((a, b) => a.price - b.price).map(({ label }) => label);
}

function distance({ x, y, width, height }: Rectangle, points: readonly Point[]): number {
  const beyond = (apart: number, size: number) => Math.max(0, Math.abs(apart) - size / 2);
  return Math.min(...points.map((point) => Math.hypot(beyond(point.x - x, width), beyond(point.y - y, height))));
}

export function meet(a: Rectangle, b: Rectangle): boolean {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
}

/** Whether a line, given by points close together, comes too close to a label. */
export function touches({ x, y, width, height }: Rectangle, points: readonly Point[]): boolean {
  return points.some((point, index) => {
    const clear = index >= points.length - 2 ? CLEAR_OF_TIP : CLEAR;
    return Math.abs(point.x - x) < width / 2 + clear && Math.abs(point.y - y) < height / 2 + clear;
  });
}

function isWithin({ x, y, width, height }: Rectangle, frame: { width: number; height: number }): boolean {
  return x >= width / 2 && x <= frame.width - width / 2 && y >= height / 2 && y <= frame.height - height / 2;
}
