import { heightOf, type Box } from './boxes.ts';

/** A straight line that goes down, or level. */
export interface Line {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** Where more lines pass, words are cut wherever they stand. */
export const MOST_COMPARED = 200;

/** A line that only touches the edge of a box does not cut its words. */
const EDGE = 2;

/**
 * How many of the lines pass through a box, apart from the one that it belongs to.
 * @param lines by the height at which they begin
 */
export function crossingsOf(lines: readonly Line[]): (box: Box, own: number) => number {
  // For each line, the lowest point that it or any line before it reaches.
  const lowest: number[] = [];
  for (const { y2 } of lines) lowest.push(Math.max(y2, lowest.at(-1) ?? -Infinity));
  return (box, own) => {
    const reach = heightOf(box) / 2;
    const passes = through(box);
    const begin = firstBelow(lines, box.y + reach) - 1;
    const stop = Math.max(0, begin - MOST_COMPARED);
    let count = 0;
    for (let index = begin; index >= stop && lowest[index]! > box.y - reach; index--)
      if (index !== own && passes(lines[index]!)) count += 1;
    return count;
  };
}

/** Index of the first line that begins below. */
function firstBelow(lines: readonly Line[], y: number): number {
  let [from, to] = [0, lines.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (lines[middle]!.y1 > y) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Whether part of a line is inside: clipped to the box's width and height, something of it is left. */
function through({ x, y, width, height, angle }: Box): (line: Line) => boolean {
  const radians = (-angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const [halfWidth, halfHeight] = [width / 2 - EDGE, height / 2 - EDGE];
  return ({ x1, y1, x2, y2 }) => {
    const [fromX, fromY] = [(x1 - x) * cos - (y1 - y) * sin, (x1 - x) * sin + (y1 - y) * cos];
    const [toX, toY] = [(x2 - x) * cos - (y2 - y) * sin, (x2 - x) * sin + (y2 - y) * cos];
    const [beginX, endX] = within(fromX, toX - fromX, halfWidth);
    const [beginY, endY] = within(fromY, toY - fromY, halfHeight);
    return Math.max(0, beginX, beginY) < Math.min(1, endX, endY);
  };
}

/** The shares of its way at which a line enters and leaves, along one axis. */
function within(start: number, length: number, half: number): [begin: number, end: number] {
  if (length === 0) return Math.abs(start) >= half ? [1, 0] : [0, 1];
  const [one, other] = [(-half - start) / length, (half - start) / length];
  return one < other ? [one, other] : [other, one];
}
