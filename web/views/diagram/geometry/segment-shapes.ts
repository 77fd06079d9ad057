import type { Segment } from '../../../../bridge/trace/step.ts';
import type { Box } from './boxes.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import { ROW, type Rows } from './rows.ts';
import { placeWireLabels, type WireLabel } from './wire-labels.ts';
import type { PictureWords } from '../picture-words.ts';

export interface SegmentShape {
  step: Segment;
  order: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  label: WireLabel;
  /** The wire made it, so it begins in mid-wire. */
  isCopy: boolean;
  /** Of a retransmission: where the first copy was sent. Of a copy that the wire made: where the original passed. */
  copyOfY?: number;
}

/** From the middle of a lifeline to where its arrows begin. */
const INSET = BAND_WIDTH / 2 + 2;
/** How far below its row a segment that stops on its way is drawn. */
export const STOP_BELOW = 3;

/** @param taken where other words stand on the wire */
export function segmentShapes(
  segments: Segment[],
  rows: Rows,
  columns: Columns,
  words: PictureWords,
  taken: readonly Box[],
): SegmentShape[] {
  const left = columns.clientLine + INSET;
  const right = columns.serverLine - INSET;
  const arrows = segments.map((step) => {
    const { y, order } = rows.begin.get(step.id)!;
    const [near, far] = step.from === 'client' ? [left, right] : [right, left];
    const isCopy = step.duplicateOf !== undefined;
    const at = (share: number) => near + (far - near) * (isCopy ? (1 + share) / 2 : share);
    return { step, order, x1: at(0), y1: y, x2: at(REACH[step.fate]), y2: endOf(step, y, rows), isCopy };
  });
  const byId = new Map(arrows.map((arrow) => [arrow.step.id, arrow]));
  const labels = placeWireLabels(arrows, right - left, words, taken);
  return arrows.map((arrow, index) => {
    const { retransmissionOf, duplicateOf } = arrow.step;
    const first = byId.get(duplicateOf ?? retransmissionOf ?? '');
    const copyOfY = first && (arrow.isCopy ? (first.y1 + first.y2) / 2 : first.y1);
    return { ...arrow, label: labels[index]!, ...(copyOfY !== undefined && { copyOfY }) };
  });
}

/** The share of its way that a segment is drawn to have gone. */
const REACH: Record<Segment['fate'], number> = { delivered: 1, unknown: 0.72, underway: 0.8, dropped: 0.5, held: 0.5 };

/** A segment on its way reaches as far down as the last known moment. */
function endOf({ id, fate }: Segment, y: number, rows: Rows): number {
  if (fate === 'dropped' || fate === 'held') return y + STOP_BELOW;
  const arrived = fate === 'delivered' ? rows.end.get(id)?.y : fate === 'underway' ? rows.bottom : undefined;
  return Math.max(arrived ?? 0, y + ROW / 2);
}
