import type { Call, Segment, Step } from '../../../../bridge/trace/step.ts';
import { marksOf, type Mark } from './marks.ts';

/** Height of a row: each step has its own, whatever time lies between. */
export const ROW = 26;
const RETURN_ROW = 19;
/** A state that changes with the very segment that is sent. */
const STATE_ROW = 15;
const ARRIVAL_ROW = 12;
/** A second line below a state: how long it lasts. */
const NOTE_ROW = 15;
/** What a segment has to say stands above its row. */
const WORDS_ABOVE = 20;
const TOP = 22;
const BOTTOM = 26;
/** Pixels that all of the time takes at least, where the picture is to scale. */
const SCALED = 900;

/** A moment with its place in the picture. */
export interface PlacedMark extends Mark {
  /** Place among all moments: what the cursor has passed is drawn. */
  order: number;
  y: number;
  /** Whether a time stands beside it. */
  timed: boolean;
}

export interface Rows {
  begin: Map<string, PlacedMark>;
  /** The return of a call, or the arrival of a segment. */
  end: Map<string, PlacedMark>;
  marks: PlacedMark[];
  /** Where calls are noted that have not returned, below all else. */
  open: Map<string, number>;
  /** The last moment that is known. */
  bottom: number;
  height: number;
}

export interface Spacing {
  /** What the picture fills even where there is little to show, in pixels. */
  leastHeight?: number;
  /** What happened in the run stands as far apart as the time between, though never closer than rows do. */
  toScale?: boolean;
  /** What a held segment keeps of the wire from its row on, in pixels: nothing else is sent or said there. */
  heldRoom?: number;
}

/** Gives every moment its height in the picture: time order from top to bottom, evenly spaced or to scale. */
export function rowsOf(
  steps: readonly Step[],
  isNoted: (call: Call) => boolean,
  { leastHeight = 0, toScale = false, heldRoom = 0 }: Spacing = {},
): Rows {
  const marks = marksOf(steps);
  const pixelsPerUs = toScale ? scaleOf(marks) : 0;
  const placed: PlacedMark[] = [];
  let y = TOP - ROW;
  /** Down to where the wire is kept. */
  let kept = 0;
  marks.forEach((mark, order) => {
    const former = marks[order - 1];
    const gap = gapBefore(mark, former, marks[order + 1], isNoted) + (former && hasNote(former) ? NOTE_ROW : 0);
    y += Math.max(gap, former && former.time >= 0 ? (mark.time - former.time) * pixelsPerUs : 0);
    if (isOnWire(mark)) y = Math.max(y, kept);
    if (heldRoom > 0 && isHeld(mark)) kept = y + heldRoom + WORDS_ABOVE;
    placed.push({ ...mark, order, y, timed: isTimed(mark, isNoted) });
  });
  placed.forEach((mark, order) => {
    const next = placed[order + 1];
    if (next && meets(mark, next, isNoted) && next.y - mark.y <= ROW) mark.y = next.y;
  });
  const bottom = Math.max(y, TOP);
  const last = placed.at(-1);
  if (last && hasNote(last)) y += NOTE_ROW;
  const open = new Map<string, number>();
  for (const step of steps) {
    if (step.kind !== 'call' || step.returnedAt !== undefined) continue;
    y += RETURN_ROW;
    open.set(step.id, y);
  }
  const select = (isEnd: boolean) =>
    new Map(placed.filter(({ what }) => (what !== 'begin') === isEnd).map((mark) => [mark.step.id, mark] as const));
  return {
    begin: select(false),
    end: select(true),
    marks: placed,
    open,
    bottom,
    height: Math.max(leastHeight, Math.max(y, TOP) + BOTTOM, kept),
  };
}

function scaleOf(marks: readonly Mark[]): number {
  return Math.max(SCALED, marks.length * ROW) / Math.max(1, marks.at(-1)?.time ?? 0);
}

function isTimed(mark: Mark, isNoted: (call: Call) => boolean): boolean {
  return mark.what === 'begin' || (mark.what === 'return' && isNoted(mark.step as Call));
}

function gapBefore(
  mark: Mark,
  previous: Mark | undefined,
  next: Mark | undefined,
  isNoted: (call: Call) => boolean,
): number {
  if (mark.what === 'begin') return previous && comesWith(mark, previous) ? STATE_ROW : ROW;
  if (mark.what === 'return') return isNoted(mark.step as Call) ? RETURN_ROW : 0;
  return next && meets(mark, next, isNoted) ? 0 : ARRIVAL_ROW;
}

const isHeld = ({ what, step }: Mark) => what === 'begin' && step.kind === 'segment' && step.fate === 'held';

/** Whether it has words on the wire: a segment that is sent, and a state that disagrees. */
function isOnWire({ what, step }: Mark): boolean {
  return what === 'begin' && (step.kind === 'segment' || (step.kind === 'state' && step.expected !== undefined));
}

function hasNote({ what, step }: Mark): boolean {
  return what === 'begin' && step.kind === 'state' && step.lastsMs !== undefined;
}

function comesWith(mark: Mark, previous: Mark): boolean {
  return (
    mark.step.kind === 'state' &&
    mark.step.expected === undefined &&
    previous.what === 'begin' &&
    previous.step.kind === 'segment' &&
    previous.step.side === mark.step.side &&
    previous.time === mark.time
  );
}

/** An arrow ends where its arrival takes effect: at the change of state, or the return of the call, that follows at once. */
function meets(mark: Mark, next: Mark, isNoted: (call: Call) => boolean): boolean {
  if (mark.what !== 'arrive') return false;
  const receiver = (mark.step as Segment).from === 'client' ? 'server' : 'client';
  if (next.step.side !== receiver) return false;
  return next.what === 'begin' ? next.step.kind === 'state' : next.what === 'return' && isNoted(next.step as Call);
}
