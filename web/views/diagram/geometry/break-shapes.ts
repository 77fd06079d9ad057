import type { Box } from './boxes.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import { CHARACTER } from './fitting.ts';
import type { Rows } from './rows.ts';
import type { Silence, Timer } from './silences.ts';
import type { PictureWords } from '../picture-words.ts';

/** A silence, drawn as a break across the wire, with the timer that ended it. */
export interface BreakShape {
  /** Undefined while it is not over: nobody knows how long it will be, nor what ends it. */
  silence: Silence | undefined;
  /** Of the moment that ends it. */
  order: number;
  x1: number;
  x2: number;
  y: number;
  text: string;
  box: Box;
  ring?: { timer: Timer; x: number; label: { x: number; anchor: 'start' | 'end'; text: string } };
}

export const RING_RADIUS = 7;
const HEIGHT = 16;
/** From the middle of a lifeline to the edge of the wire, and from there to the middle of a ring. */
const INSET = BAND_WIDTH / 2 + 2;
const RING_INSET = RING_RADIUS + 4;
const BESIDE = 6;

export function breakShapes(
  silences: readonly Silence[],
  rows: Rows,
  columns: Columns,
  words: PictureWords,
): BreakShape[] {
  const x1 = columns.clientLine + INSET;
  const x2 = columns.serverLine - INSET;
  const middle = (x1 + x2) / 2;
  const breakAt = (y: number, order: number, text: string) => ({
    ...{ order, x1, x2, y, text },
    box: { x: middle, y, width: x2 - x1, height: HEIGHT, angle: 0 },
  });
  const shapes = silences.flatMap((silence) => {
    const { order, us, timer } = silence;
    const y = rows.breaks.get(order);
    if (y === undefined) return [];
    const shape = { ...breakAt(y, order, words.silence(us)), silence };
    if (!timer) return [shape];
    const inward = timer.side === 'client' ? 1 : -1;
    const x = (timer.side === 'client' ? x1 : x2) + inward * RING_INSET;
    const labelX = x + inward * (RING_RADIUS + BESIDE);
    const room = Math.abs(middle - labelX) - ([...shape.text].length * CHARACTER) / 2 - BESIDE;
    const label = words.timer(timer).find((wording) => [...wording].length * CHARACTER <= room) ?? '';
    const anchor = inward === 1 ? ('start' as const) : ('end' as const);
    return [{ ...shape, ring: { timer, x, label: { x: labelX, anchor, text: label } } }];
  });
  const pending = rows.breaks.get(rows.moments.length);
  if (pending === undefined) return shapes;
  return [...shapes, { ...breakAt(pending, rows.moments.length, words.silent()), silence: undefined }];
}
