import { waitsForOther } from '../../../reading/call-return.ts';
import type { Call, Segment, Side } from '../../../../bridge/trace/step.ts';
import { BAND_WIDTH, BAR_WIDTH, type Columns } from './columns.ts';
import { fitting } from './fitting.ts';
import type { FoldPart } from './folds.ts';
import { outerLabel, type Label } from './labels.ts';
import type { PlacedMoment, Rows } from './rows.ts';
import type { PictureWords } from '../picture-words.ts';

export interface CallShape {
  step: Call;
  x: number;
  y: number;
  end: number;
  /** Blocked between its start and its end, while others acted. */
  blocked: boolean;
  /** From where to where the call can have been, if it is known only as a range. */
  range?: readonly [from: number, until: number];
  order: number;
  endOrder: number;
  name: Label;
  result?: Label;
}

/** Calls of the same name, drawn as one bar. */
export interface FoldedCalls extends CallShape {
  part: FoldPart;
  orders: readonly number[];
}

export interface WakeShape {
  /** Of the segment, and of the call that it woke. */
  id: string;
  call: string;
  order: number;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

const HALF_BAR = 7;
/** More bars stand upon one another. */
const MOST_BESIDE = 3;

/**
 * The bars of calls.
 * @param single those that are not folded
 * @param parts those that are folded; segments among them are no bars
 */
export function callShapes(
  single: readonly Call[],
  parts: readonly FoldPart[],
  rows: Rows,
  columns: Columns,
  words: PictureWords,
): { calls: CallShape[]; foldedCalls: FoldedCalls[] } {
  const calls: CallShape[] = [];
  const foldedCalls: FoldedCalls[] = [];
  const folded = parts.filter(({ what }) => what === 'calls');
  const bars = [
    ...single.map((step) => ({ step, part: undefined, begin: rows.begin.get(step.id)! })),
    ...folded.map((part) => ({
      step: part.steps.at(-1) as Call,
      part,
      begin: rows.begin.get(part.steps[0]!.id)!,
    })),
  ];
  /** Where the lowest bars of each program end: as many as may stand beside one another. */
  const ends: Record<Side, number[]> = { client: [], server: [] };
  for (const { step, part, begin } of bars.sort((a, b) => a.begin.order - b.begin.order)) {
    // A call that begins while another one of the same program is open stands beside it, towards the lifeline.
    const still = ends[step.side].filter((other) => other > begin.y);
    const name = fitting(part ? words.foldedCalls(part) : words.call(step), columns.callText);
    const bar = barOf(step, name, begin, still.length, rows, columns);
    const result = part && rows.end.has(step.id) ? '' : resultOf(step, rows, columns, words);
    const shape = { ...bar, ...(result && { result: outerLabel(step.side, columns, endOf(step, rows), result) }) };
    ends[step.side] = [...still, shape.end].sort((a, b) => b - a).slice(0, MOST_BESIDE);
    if (part) foldedCalls.push({ ...shape, part, orders: part.steps.map(({ id }) => rows.begin.get(id)!.order) });
    else calls.push(shape);
  }
  return { calls, foldedCalls };
}

function barOf(
  step: Call,
  name: string,
  { y, order }: PlacedMoment,
  beside: number,
  rows: Rows,
  columns: Columns,
): CallShape {
  const returned = rows.end.get(step.id);
  const end = endOf(step, rows);
  const [x, inward] = step.side === 'client' ? [columns.clientCall, 1] : [columns.serverCall, -1];
  return {
    step,
    x: x + inward * beside * (BAR_WIDTH + 3),
    y: y - HALF_BAR,
    end: Math.max(end, y) + HALF_BAR,
    blocked: waitsForOther(step) && (!returned || end - y > rows.row),
    order,
    endOrder: returned?.order ?? Infinity,
    name: outerLabel(step.side, columns, y, name),
    ...(step.range && { range: rangeIn(step.startedAt, step.range, y, rows) }),
  };
}

/** The rows of moments are not to scale: a range reaches to those that are in it. */
function rangeIn(
  at: number,
  { earlierUs, laterUs }: NonNullable<Call['range']>,
  y: number,
  { moments }: Rows,
): readonly [from: number, until: number] {
  const first = moments.find(({ time }) => time >= at - earlierUs);
  const last = moments.findLast(({ time }) => time <= at + laterUs);
  return [Math.min(first?.y ?? y, y), Math.max(last?.y ?? y, y)];
}

function endOf({ id }: Call, rows: Rows): number {
  return rows.end.get(id)?.y ?? rows.open.get(id) ?? rows.height;
}

function resultOf(step: Call, rows: Rows, columns: Columns, words: PictureWords): string {
  return fitting(rows.end.has(step.id) ? words.result(step) : words.open(step), columns.callText);
}

export function wakeShapes(segments: Segment[], calls: CallShape[], rows: Rows, columns: Columns): WakeShape[] {
  const woken = new Set<string>();
  // The first segment to arrive wakes the call.
  const arrivals = segments.flatMap(({ id, from, woke }) => {
    const arrival = rows.end.get(id);
    return woke !== undefined && arrival ? [{ id, from, woke, arrival }] : [];
  });
  arrivals.sort((a, b) => a.arrival.order - b.arrival.order);
  const byId = new Map(calls.map((call) => [call.step.id, call]));
  return arrivals.flatMap(({ id, from, woke, arrival }) => {
    const call = byId.get(woke);
    if (!call || woken.has(woke) || call.endOrder === Infinity) return [];
    woken.add(woke);
    const inward = from === 'client' ? -1 : 1;
    const x1 = (from === 'client' ? columns.serverLine : columns.clientLine) - inward * (BAND_WIDTH / 2 + 1);
    return [
      {
        id,
        call: woke,
        order: call.endOrder,
        x1,
        y1: arrival.y,
        x2: call.x + inward * (BAR_WIDTH / 2 + 1),
        y2: call.end - HALF_BAR,
      },
    ];
  });
}
