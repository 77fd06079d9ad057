import { waitsForOther } from '../../../reading/call-return.ts';
import type { Call, Segment } from '../../../../bridge/trace/step.ts';
import { ROW, USUAL, WIRE, WordsByColumn } from './gaps.ts';
import type { FoldPart } from './folds.ts';
import type { Moment } from '../../../reading/moments.ts';
import type { Told } from './told.ts';

/** A segment's words stand above its row. */
const WORDS_ABOVE = 20;
/** From a row with a mark on the wire to the next one with words there. */
const BELOW_MARK = 25.5;
/** From a row to the break below it, and from there to the next row. */
const BREAK_BELOW = 19;
const ROW_BELOW_BREAK = 26;
/** From the wire's buttons and marks to the middle of a break. */
const BREAK_CLEAR = 10;
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
  /** Distances show real time, though rows never come closer than usual. */
  toScale?: boolean;
  /** How far below a held segment the wire stays free for its buttons. */
  heldRoom?: number;
  /** Room above a step, by its id, besides what it needs. */
  extra?: ReadonlyMap<string, number>;
  /** 1: rows are as far apart as usual. 0: as close as their words allow. */
  looseness?: number;
  /** Calls and states share a column. */
  areTogether?: boolean;
  /** The folds that the viewer has opened. */
  opened?: ReadonlySet<string>;
  /** A silence has begun after the last moment. Its break stands where it will stand when it is over. */
  isSilent?: boolean;
}

/** Gives every moment its height in the picture: in the order of time from top to bottom, evenly spaced or to scale. */
export function rowsOf(told: Told, spacing: Spacing = {}): Rows {
  const placing = new Placing(told, spacing);
  const { gaps, moments: placed, breaks, heads } = placing;
  letMeet(placed);
  const bottom = Math.max(placing.y, TOP);
  if (spacing.isSilent) placing.goOnSilently();
  let y = Math.max(placing.y, gaps.bottom);
  const open = new Map<string, number>();
  for (const { what, step } of placed) {
    if (what !== 'begin' || step.kind !== 'call' || step.returnedAt !== undefined) continue;
    y += USUAL.return;
    open.set(step.id, y);
  }
  const begin = new Map<string, PlacedMoment>();
  const end = new Map<string, PlacedMoment>();
  for (const moment of placed) (moment.what === 'begin' ? begin : end).set(moment.step.id, moment);
  const height = Math.max(Math.max(y, TOP) + BOTTOM, placing.kept);
  return { begin, end, moments: placed, open, breaks, heads, bottom, row: gaps.row, height };
}

/** Goes down the picture, moment by moment. */
class Placing {
  readonly gaps: WordsByColumn;
  readonly moments: PlacedMoment[] = [];
  readonly breaks = new Map<number, number>();
  readonly heads = new Map<string, number>();
  y: number;
  /** Down to where the wire is kept. */
  kept = 0;
  readonly #told: Told;
  readonly #opened: ReadonlySet<string>;
  readonly #heldRoom: number;
  readonly #looseness: number;
  readonly #extra: ReadonlyMap<string, number> | undefined;
  readonly #pixelsPerUs: number;
  /** Where each part of a fold has its row. */
  readonly #rows = new Map<FoldPart, number>();

  constructor(told: Told, spacing: Spacing) {
    const { toScale = false, heldRoom = 0, looseness = 1, areTogether = false, opened = new Set() } = spacing;
    this.gaps = new WordsByColumn(looseness, areTogether);
    // The first row is at the top, however close the others are.
    this.y = TOP - this.gaps.first;
    this.#told = told;
    this.#opened = opened;
    this.#heldRoom = heldRoom;
    this.#looseness = looseness;
    this.#extra = spacing.extra;
    this.#pixelsPerUs = toScale ? scaleOf(told.moments) : 0;
    const silent = new Set(toScale ? [] : told.silences.map(({ order }) => order));
    told.moments.forEach((moment, order) => {
      const former = told.moments[order - 1];
      this.#noteBelow(former);
      if (silent.has(order)) this.#break(order);
      const part = told.parts.get(moment.step.id);
      if (part && opened.has(part.fold.id)) this.#head(part);
      this.#place(moment, order, part && !opened.has(part.fold.id) ? part : undefined);
    });
  }

  /** Makes room for the break of a silence that is not over, in the way in which it is placed when it is. */
  goOnSilently(): void {
    const { moments } = this.#told;
    this.#noteBelow(moments.at(-1));
    this.#break(moments.length);
  }

  #noteBelow(former: Moment | undefined): void {
    if (former && hasNote(former)) this.y += USUAL.note * this.#looseness;
  }

  #break(order: number): void {
    const at = Math.max(this.y + BREAK_BELOW, this.kept - WORDS_ABOVE + BREAK_CLEAR);
    this.breaks.set(order, at);
    this.y = Math.max(this.y, at);
    this.kept = Math.max(this.kept, at + ROW_BELOW_BREAK);
  }

  /** An opened fold has a row of its own above its steps. */
  #head({ fold }: FoldPart): void {
    if (this.heads.has(fold.id)) return;
    this.y = Math.max(this.y + Math.max(this.gaps.row, this.gaps.least(WIRE, this.y)), this.kept);
    this.gaps.writeIn(WIRE, this.y);
    this.kept = this.y + BELOW_MARK;
    this.heads.set(fold.id, this.y);
  }

  /** @param part of a fold that is closed: what happens inside has the row of the part's first step */
  #place(moment: Moment, order: number, part: FoldPart | undefined): void {
    const { moments } = this.#told;
    const former = moments[order - 1];
    const row = part && this.#rows.get(part);
    const isWithin = part !== undefined && (moment.what !== 'begin' || row !== undefined);
    const usual = isWithin ? this.#gapWithin(moment, former, part) : gapBefore(moment, former, moments[order + 1]);
    const gap = this.gaps.gap(moment, usual, this.y);
    this.y += Math.max(gap, this.#timeBetween(former, moment));
    if (!isWithin) this.#keepOnWire(moment);
    this.y += this.#extraAbove(moment);
    if (usual > 0) this.gaps.write(moment, this.y, hasNote(moment) ? 2 : 1);
    if (part && moment.what === 'begin' && row === undefined) this.#rows.set(part, this.y);
    const y = (moment.what === 'begin' ? row : undefined) ?? this.y;
    const timed = !isWithin && isTimed(moment);
    const { what, step, index, time } = moment;
    this.moments.push({ what, step, index, time, order, y, reach: this.y, timed });
  }

  #extraAbove({ what, step }: Moment): number {
    return (what === 'begin' ? this.#extra?.get(step.id) : undefined) ?? 0;
  }

  /** To scale, the distance that the time between two moments takes. */
  #timeBetween(former: Moment | undefined, { time }: Moment): number {
    return former && former.time >= 0 ? (time - former.time) * this.#pixelsPerUs : 0;
  }

  #keepOnWire(moment: Moment): void {
    if (isOnWire(moment)) this.y = Math.max(this.y, this.kept);
    if (isMarked(moment)) this.kept = Math.max(this.kept, this.y + BELOW_MARK);
    if (this.#heldRoom > 0 && isHeld(moment)) this.kept = this.y + this.#heldRoom + WORDS_ABOVE;
  }

  /** What happens inside a fold takes no room. Arrivals after other steps have a row, which those of the fold share. */
  #gapWithin({ what }: Moment, former: Moment | undefined, part: FoldPart): number {
    const before = former && this.#told.parts.get(former.step.id);
    const isOpen = before && this.#opened.has(before.fold.id);
    return what === 'arrive' && (isOpen || before?.fold !== part.fold) ? USUAL.arrival : 0;
  }
}

/** An arrow ends in the row of what its arrival brings about. */
function letMeet(placed: readonly PlacedMoment[]): void {
  placed.forEach((moment, order) => {
    const next = placed[order + 1];
    if (!next || !meets(moment, next)) return;
    if (next.y <= moment.y || next.y - moment.y > ROW) return;
    moment.y = next.y;
    moment.reach = Math.max(moment.reach, next.y);
  });
}

function scaleOf(moments: readonly Moment[]): number {
  return Math.max(SCALED, moments.length * ROW) / Math.max(1, moments.at(-1)?.time ?? 0);
}

/** Whether the return of a call is worth a line: it failed, it was seen from outside, or it brought something. */
export function isNoted(call: Call): boolean {
  return call.returnedAt !== undefined && (call.result !== 'ok' || waitsForOther(call));
}

function isTimed(moment: Moment): boolean {
  return moment.what === 'begin' || (moment.what === 'return' && isNoted(moment.step as Call));
}

function gapBefore(moment: Moment, previous: Moment | undefined, next: Moment | undefined): number {
  if (moment.what === 'begin') return previous && comesWith(moment, previous) ? USUAL.state : USUAL.row;
  if (moment.what === 'return') return isNoted(moment.step as Call) ? USUAL.return : 0;
  return next && meets(moment, next) ? 0 : USUAL.arrival;
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
function meets(moment: Moment, next: Moment): boolean {
  if (moment.what !== 'arrive') return false;
  const receiver = (moment.step as Segment).from === 'client' ? 'server' : 'client';
  if (next.step.side !== receiver) return false;
  return next.what === 'begin' ? next.step.kind === 'state' : next.what === 'return' && isNoted(next.step as Call);
}
