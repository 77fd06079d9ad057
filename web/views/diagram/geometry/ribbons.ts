import type { Side, Step } from '../../../../bridge/trace/step.ts';
import { inFlightOf } from '../../../reading/in-flight.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import type { Rows } from './rows.ts';

/** Beside a lifeline, on the wire's side: the bytes in flight from this sender, within the window that its peer offers. */
export interface RibbonShape {
  side: Side;
  /** Where it touches the lifeline, and in which direction it grows. */
  x: number;
  inward: 1 | -1;
  rows: RibbonRow[];
}

/** From its height down to the next row's. */
export interface RibbonRow {
  y: number;
  /** Of the first moment in it. */
  order: number;
  bytes: number;
  window: number | undefined;
  /** The widths of both. */
  filled: number;
  outline: number;
}

/** So few data segments need no ribbon. */
const FEWEST = 4;
export const RIBBON_WIDTH = 13;
/** Widths are logarithmic: a segment can be seen beside a window a thousand times as large. So much is the full width. */
const FULL = 1024 * 1024;
const SMALL = 512;

export function ribbonWidth(bytes: number): number {
  return RIBBON_WIDTH * Math.min(1, Math.log2(1 + bytes / SMALL) / Math.log2(1 + FULL / SMALL));
}

export function ribbonsOf(steps: readonly Step[], rows: Rows, columns: Columns): RibbonShape[] {
  return (['client', 'server'] as const).flatMap((side) => {
    const sends = steps.filter((step) => step.kind === 'segment' && step.from === side && step.length > 0);
    if (sends.length < FEWEST) return [];
    const [line, inward] = side === 'client' ? [columns.clientLine, 1 as const] : [columns.serverLine, -1 as const];
    return [{ side, x: line + inward * (BAND_WIDTH / 2 + 1), inward, rows: rowsIn(steps, side, rows) }];
  });
}

/** One for each height. Where many steps are folded, the most that was in flight among them stands for all. */
function rowsIn(steps: readonly Step[], side: Side, rows: Rows): RibbonRow[] {
  const made: RibbonRow[] = [];
  for (const { id, what, bytes, window } of inFlightOf(steps, side)) {
    const { reach: y, order } = (what === 'sent' ? rows.begin : rows.end).get(id)!;
    const last = made.at(-1);
    const isSame = last !== undefined && y <= last.y;
    const most = isSame ? Math.max(bytes, last.bytes) : bytes;
    const row = {
      y: isSame ? last.y : y,
      order: isSame ? last.order : order,
      bytes: most,
      window,
      filled: ribbonWidth(most),
      outline: ribbonWidth(window ?? 0),
    };
    if (isSame) made[made.length - 1] = row;
    else made.push(row);
  }
  return made;
}
