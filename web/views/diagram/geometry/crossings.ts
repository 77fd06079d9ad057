import { heightOf, type Box } from './boxes.ts';

/** A straight line that goes down, or level. */
export interface Line {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

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
    let count = 0;
    for (let index = firstBelow(lines, box.y + reach) - 1; index >= 0 && lowest[index]! > box.y - reach; index--)
      if (index !== own && passes(lines[index]!, box)) count += 1;
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

/** Whether part of the line is inside: clipped to the box's width and height, something of it is left. */
function passes({ x1, y1, x2, y2 }: Line, box: Box): boolean {
  const radians = (-box.angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const turned = (x: number, y: number) =>
    [(x - box.x) * cos - (y - box.y) * sin, (x - box.x) * sin + (y - box.y) * cos] as const;
  const [from, to] = [turned(x1, y1), turned(x2, y2)];
  let [begin, end] = [0, 1];
  for (const [axis, size] of [box.width, box.height].entries()) {
    const half = size / 2 - EDGE;
    const [start, length] = [from[axis]!, to[axis]! - from[axis]!];
    if (length === 0 && Math.abs(start) >= half) return false;
    if (length === 0) continue;
    const [one, other] = [(-half - start) / length, (half - start) / length];
    begin = Math.max(begin, Math.min(one, other));
    end = Math.min(end, Math.max(one, other));
  }
  return begin < end;
}
