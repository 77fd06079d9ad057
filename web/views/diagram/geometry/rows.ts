import type { Call, Segment } from '../../../../bridge/trace/step.ts';
import type { FoldPart } from './folds.ts';
import type { Moment } from './moments.ts';
import type { Silence } from './silences.ts';

/** Height of a row at the usual spacing: each step has its own, whatever time lies between. */
export const ROW = 26;
/** The spacings of rows, from the closest at which no words meet to the usual one. */
const SPACINGS = {
  row: [15, ROW],
  /** Before the return of a call. */
  return: [15, 19],
  /** A state that changes with the segment just sent stands closer to it. */
  state: [15, 15],
  arrival: [5, 12],
} as const;
type Gaps = Record<keyof typeof SPACINGS, number>;
/** A second line below a state: how long it lasts. */
const NOTE_ROW = 15;
/** A segment's words stand above its row. */
const WORDS_ABOVE = 20;
/** From a row with a mark on the wire to the next one with words there. */
const BELOW_MARK = 25.5;
/** From a row to the break below it, and from there to the next row. */
const BREAK_BELOW = 19;
const ROW_BELOW_BREAK = 26;
const TOP = 22;
const BOTTOM = 26;
/** The least height of the whole run, if the picture is to scale. */
const SCALED = 900;

/** A moment with its place in the picture. */
export interface PlacedMoment extends Moment {
  /** Place among all moments: those that the cursor has passed are drawn. */
  order: number;
  y: number;
  /** How far down it and all moments before it reach. */
  reach: number;
  /** Whether a time stands beside it. */
  timed: boolean;
}

export interface Rows {
  begin: Map<string, PlacedMoment>;
  /** The return of a call, or the arrival of a segment. */
  end: Map<string, PlacedMoment>;
  moments: PlacedMoment[];
  /** Where calls that have not returned are noted, below all else. */
  open: Map<string, number>;
  /** Where the breaks of silences stand, by the order of the moment that ends them. */
  breaks: Map<number, number>;
  /** Where the heads of opened folds stand, by the id of the fold. */
  heads: Map<string, number>;
  /** The last moment that is known. */
  bottom: number;
  /** The height of an ordinary row. */
  row: number;
  height: number;
}

export interface Spacing {
  /** The least height of the picture, even if there is little to show. */
  leastHeight?: number;
  /** Distances show real time, though rows never come closer than usual. */
  toScale?: boolean;
  /** How far below a held segment the wire stays free for its buttons. */
  heldRoom?: number;
  /** 1: rows are as far apart as usual. 0: as close as their words allow. */
  looseness?: number;
  silences?: readonly Silence[];
  /** The parts of folds by the id of each step in them. */
  parts?: ReadonlyMap<string, FoldPart>;
  /** The folds that the viewer has opened. */
  opened?: ReadonlySet<string>;
}

/** Gives every moment its height in the picture: in the order of time from top to bottom, evenly spaced or to scale. */
export function rowsOf(
  moments: readonly Moment[],
  isNoted: (call: Call) => boolean,
  {
    leastHeight = 0,
    toScale = false,
    heldRoom = 0,
    looseness = 1,
    silences = [],
    parts = new Map(),
    opened = new Set(),
  }: Spacing = {},
): Rows {
  const gaps = gapsAt(looseness);
  const silent = new Set(silences.map(({ order }) => order));
  const pixelsPerUs = toScale ? scaleOf(moments) : 0;
  const placed: PlacedMoment[] = [];
  const breaks = new Map<number, number>();
  const heads = new Map<string, number>();
  /** Where each part of a fold has its row. */
  const partRows = new Map<FoldPart, number>();
  let y = TOP - gaps.row;
  /** Down to where the wire is kept. */
  let kept = 0;
  moments.forEach((moment, order) => {
    const former = moments[order - 1];
    const part = parts.get(moment.step.id);
    const folded = part && !opened.has(part.fold.id) ? part : undefined;
    const note = former && hasNote(former) ? NOTE_ROW : 0;
    if (silent.has(order)) {
      const at = Math.max(y + note + BREAK_BELOW, kept - ROW_BELOW_BREAK + WORDS_ABOVE - 4);
      breaks.set(order, at);
      y = Math.max(y + note, at + ROW_BELOW_BREAK - gaps.row);
      kept = Math.max(kept, at + ROW_BELOW_BREAK);
    }
    if (part && !folded && !heads.has(part.fold.id)) {
      y = Math.max(y + gaps.row, kept);
      kept = y + BELOW_MARK;
      heads.set(part.fold.id, y);
    }
    const row = folded && partRows.get(folded);
    const isWithin = folded !== undefined && (moment.what !== 'begin' || row !== undefined);
    const usual = isWithin
      ? gapWithin(moment, former, folded, parts, gaps)
      : gapBefore(moment, former, moments[order + 1], isNoted, gaps);
    const gap = usual + (silent.has(order) ? 0 : note);
    y += Math.max(gap, former && former.time >= 0 ? (moment.time - former.time) * pixelsPerUs : 0);
    if (isOnWire(moment) && !isWithin) y = Math.max(y, kept);
    if (isMarked(moment)) kept = Math.max(kept, y + BELOW_MARK);
    if (heldRoom > 0 && isHeld(moment)) kept = y + heldRoom + WORDS_ABOVE;
    if (folded && moment.what === 'begin' && row === undefined) partRows.set(folded, y);
    placed.push({
      ...moment,
      order,
      y: moment.what === 'begin' ? (row ?? y) : y,
      reach: y,
      timed: !isWithin && isTimed(moment, isNoted),
    });
  });
  placed.forEach((moment, order) => {
    const next = placed[order + 1];
    if (next && meets(moment, next, isNoted) && next.y > moment.y && next.y - moment.y <= ROW)
      Object.assign(moment, { y: next.y, reach: Math.max(moment.reach, next.y) });
  });
  const bottom = Math.max(y, TOP);
  const last = placed.at(-1);
  if (last && hasNote(last)) y += NOTE_ROW;
  const open = new Map<string, number>();
  for (const { step } of moments) {
    if (step.kind !== 'call' || step.returnedAt !== undefined) continue;
    y += gaps.return;
    open.set(step.id, y);
  }
  const select = (isEnd: boolean) =>
    new Map(
      placed.filter(({ what }) => (what !== 'begin') === isEnd).map((moment) => [moment.step.id, moment] as const),
    );
  return {
    begin: select(false),
    end: select(true),
    moments: placed,
    open,
    breaks,
    heads,
    bottom,
    row: gaps.row,
    height: Math.max(leastHeight, Math.max(y, TOP) + BOTTOM, kept),
  };
}

function scaleOf(moments: readonly Moment[]): number {
  return Math.max(SCALED, moments.length * ROW) / Math.max(1, moments.at(-1)?.time ?? 0);
}

function isTimed(moment: Moment, isNoted: (call: Call) => boolean): boolean {
  return moment.what === 'begin' || (moment.what === 'return' && isNoted(moment.step as Call));
}

function gapBefore(
  moment: Moment,
  previous: Moment | undefined,
  next: Moment | undefined,
  isNoted: (call: Call) => boolean,
  gaps: Gaps,
): number {
  if (moment.what === 'begin') return previous && comesWith(moment, previous) ? gaps.state : gaps.row;
  if (moment.what === 'return') return isNoted(moment.step as Call) ? gaps.return : 0;
  return next && meets(moment, next, isNoted) ? 0 : gaps.arrival;
}

/** What happens inside a fold takes no room. Arrivals after other steps have a row, which those of the same part share. */
function gapWithin(
  { what }: Moment,
  previous: Moment | undefined,
  part: FoldPart,
  parts: ReadonlyMap<string, FoldPart>,
  gaps: Gaps,
): number {
  const before = previous && parts.get(previous.step.id);
  return what === 'arrive' && before?.fold !== part.fold ? gaps.arrival : 0;
}

function gapsAt(looseness: number): Gaps {
  const at = (name: keyof Gaps) => SPACINGS[name][0] + (SPACINGS[name][1] - SPACINGS[name][0]) * looseness;
  return { row: at('row'), return: at('return'), state: at('state'), arrival: at('arrival') };
}

const isHeld = ({ what, step }: Moment) => what === 'begin' && step.kind === 'segment' && step.fate === 'held';

/** Whether it has words on the wire: a segment that is sent, and a state that disagrees. */
function isOnWire({ what, step }: Moment): boolean {
  return what === 'begin' && (step.kind === 'segment' || (step.kind === 'state' && step.expected !== undefined));
}

/** Whether a mark or a note stands on the wire in this row, and not just words above it. */
function isMarked({ what, step }: Moment): boolean {
  if (what !== 'begin') return false;
  if (step.kind === 'state') return step.expected !== undefined;
  return step.kind === 'segment' && (step.fate === 'held' || step.fate === 'dropped' || step.duplicateOf !== undefined);
}

function hasNote({ what, step }: Moment): boolean {
  return what === 'begin' && step.kind === 'state' && step.lastsMs !== undefined;
}

function comesWith(moment: Moment, previous: Moment): boolean {
  return (
    moment.step.kind === 'state' &&
    moment.step.expected === undefined &&
    previous.what === 'begin' &&
    previous.step.kind === 'segment' &&
    previous.step.side === moment.step.side &&
    previous.time === moment.time
  );
}

/** An arrow ends where its arrival takes effect: at the change of state, or the return of the call, that follows at once. */
function meets(moment: Moment, next: Moment, isNoted: (call: Call) => boolean): boolean {
  if (moment.what !== 'arrive') return false;
  const receiver = (moment.step as Segment).from === 'client' ? 'server' : 'client';
  if (next.step.side !== receiver) return false;
  return next.what === 'begin' ? next.step.kind === 'state' : next.what === 'return' && isNoted(next.step as Call);
}
