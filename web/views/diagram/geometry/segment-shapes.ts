import type { Segment, Side } from '../../../../bridge/trace/step.ts';
import type { Box } from './boxes.ts';
import type { FoldPart } from './folds.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import type { Rows } from './rows.ts';
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

/** Like segments, drawn as one thick arrow. */
export interface FoldShape {
  part: FoldPart;
  /** Of the first of them. */
  order: number;
  /** Of each of them. */
  orders: readonly number[];
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  label: WireLabel;
}

/** From the middle of a lifeline to where its arrows begin. */
const INSET = BAND_WIDTH / 2 + 2;
/** How far below its row a segment that stops on its way is drawn. */
export const STOP_BELOW = 3;

/**
 * The arrows of a picture, and where their words stand.
 * @param segments those that are not folded
 * @param parts those that are folded; calls and lines among them are no arrows
 * @param taken where other words stand on the wire
 */
export function segmentShapes(
  segments: readonly Segment[],
  parts: readonly FoldPart[],
  rows: Rows,
  columns: Columns,
  words: PictureWords,
  taken: readonly Box[],
): { segments: SegmentShape[]; folds: FoldShape[] } {
  const left = columns.clientLine + INSET;
  const right = columns.serverLine - INSET;
  const ends = (from: Side) => (from === 'client' ? [left, right] : [right, left]) as [number, number];
  const single = segments.map((step) => {
    const { y, order } = rows.begin.get(step.id)!;
    const [near, far] = ends(step.from);
    const isCopy = step.duplicateOf !== undefined;
    const at = (share: number) => near + (far - near) * (isCopy ? (1 + share) / 2 : share);
    return { step, order, x1: at(0), y1: y, x2: at(REACH[step.fate]), y2: endOf(step, y, rows), isCopy };
  });
  const folded = parts.filter(({ what }) => what === 'data' || what === 'acks');
  const many = folded.map((part) => {
    const [x1, x2] = ends(part.side);
    const orders = part.steps.map(({ id }) => rows.begin.get(id)!.order);
    const y1 = rows.begin.get(part.steps[0]!.id)!.y;
    const step = part.steps[0] as Segment;
    return { part, step, order: orders[0]!, orders, x1, y1, x2, y2: endOfFold(part, y1, rows), isCopy: false };
  });
  const arrows = [...single, ...many].sort((a, b) => a.y1 - b.y1 || a.order - b.order);
  const labels = placeWireLabels(arrows, right - left, words, taken);
  const labelOf = new Map(arrows.map((arrow, index) => [arrow, labels[index]!] as const));
  const byId = new Map(single.map((arrow) => [arrow.step.id, arrow] as const));
  return {
    segments: single.map((arrow) => {
      const { retransmissionOf, duplicateOf } = arrow.step;
      const first = byId.get(duplicateOf ?? retransmissionOf ?? '');
      const copyOfY = first && (arrow.isCopy ? (first.y1 + first.y2) / 2 : first.y1);
      return { ...arrow, label: labelOf.get(arrow)!, ...(copyOfY !== undefined && { copyOfY }) };
    }),
    folds: many.map((arrow) => ({ ...arrow, label: labelOf.get(arrow)! })),
  };
}

/** The share of its way that a segment is drawn to have gone while nobody knows that it has arrived. */
export const UNDERWAY = 0.8;
/** The same, whatever became of it. */
const REACH: Record<Segment['fate'], number> = {
  delivered: 1,
  unknown: 0.72,
  underway: UNDERWAY,
  dropped: 0.5,
  held: 0.5,
};

/** A segment on its way reaches as far down as the last known moment. */
function endOf({ id, fate }: Segment, y: number, rows: Rows): number {
  if (fate === 'dropped' || fate === 'held') return y + STOP_BELOW;
  const arrived = fate === 'delivered' ? rows.end.get(id)?.y : fate === 'underway' ? rows.bottom : undefined;
  return Math.max(arrived ?? 0, y + rows.row / 2);
}

/** A fold is as steep as one segment, unless its last segment arrives after other steps. */
function endOfFold({ steps }: FoldPart, y: number, rows: Rows): number {
  const last = Math.max(...steps.slice(-1).map(({ id }) => rows.begin.get(id)!.reach));
  const arrived = Math.max(0, ...steps.map(({ id }) => rows.end.get(id)?.y ?? 0));
  return arrived > last ? arrived : y + rows.row / 2;
}
