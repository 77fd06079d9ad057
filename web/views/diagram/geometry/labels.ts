import type { Side } from '../../../../bridge/trace/step.ts';
import { BAND_WIDTH, BAR_WIDTH, type Columns } from './columns.ts';

export interface Label {
  x: number;
  y: number;
  anchor: 'start' | 'end';
  text: string;
}

export function stateLabel(side: Side, columns: Columns, y: number, text: string): Label {
  return columns.compact ? outerLabel(side, columns, y, text) : innerLabel(side, columns, y, text);
}

/** A state stands between its lifeline and the calls, if there is room for both. */
function innerLabel(side: Side, columns: Columns, y: number, text: string): Label {
  return side === 'client'
    ? { x: columns.clientLine - BAND_WIDTH / 2 - 5, y, anchor: 'end', text }
    : { x: columns.serverLine + BAND_WIDTH / 2 + 5, y, anchor: 'start', text };
}

/** Text of the programs' columns stands outside their bars. */
export function outerLabel(side: Side, columns: Columns, y: number, text: string): Label {
  return side === 'client'
    ? { x: columns.clientCall - BAR_WIDTH / 2 - 4, y, anchor: 'end', text }
    : { x: columns.serverCall + BAR_WIDTH / 2 + 4, y, anchor: 'start', text };
}
