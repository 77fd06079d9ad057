import type { Call, Segment, Step } from '../../../../bridge/trace/step.ts';
import { momentsOf, type Moment } from '../../../reading/moments.ts';

/** Height of a row: each step has its own, whatever time lies between. */
export const ROW = 26;
const RETURN_ROW = 19;
/** A state that changes with the segment just sent stands closer to it. */
const STATE_ROW = 15;
const ARRIVAL_ROW = 12;
/** A second line below a state: how long it lasts. */
const NOTE_ROW = 15;
/** A segment's words stand above its row. */
const WORDS_ABOVE = 20;
const TOP = 22;
const BOTTOM = 26;
/** The least height of the whole run, if the picture is to scale. */
const SCALED = 900;

/** A moment with its place in the picture. */
export interface PlacedMoment extends Moment {
  /** Place among all moments: those that the cursor has passed are drawn. */
  order: number;
  y: number;
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
  /** The last moment that is known. */
  bottom: number;
  height: number;
}

export interface Spacing {
  /** The least height of the picture, even if there is little to show. */
  leastHeight?: number;
  /** Distances show real time, though rows never come closer than usual. */
  toScale?: boolean;
  /** How far below a held segment the wire stays free for its buttons. */
  heldRoom?: number;
  /** Room above a step, by its id, besides what it needs. */
  extra?: ReadonlyMap<string, number>;
}

/** Gives every moment its height in the picture: in the order of time from top to bottom, evenly spaced or to scale. */
export function rowsOf(
  steps: readonly Step[],
  isNoted: (call: Call) => boolean,
  { leastHeight = 0, toScale = false, heldRoom = 0, extra }: Spacing = {},
): Rows {
  const moments = momentsOf(steps);
  const pixelsPerUs = toScale ? scaleOf(moments) : 0;
  const placed: PlacedMoment[] = [];
  let y = TOP - ROW;
  /** Down to where the wire is kept. */
  let kept = 0;
  moments.forEach((moment, order) => {
    const former = moments[order - 1];
    const gap = gapBefore(moment, former, moments[order + 1], isNoted) + (former && hasNote(former) ? NOTE_ROW : 0);
    y += Math.max(gap, former && former.time >= 0 ? (moment.time - former.time) * pixelsPerUs : 0);
    if (isOnWire(moment)) y = Math.max(y, kept);
    if (moment.what === 'begin') y += extra?.get(moment.step.id) ?? 0;
    if (heldRoom > 0 && isHeld(moment)) kept = y + heldRoom + WORDS_ABOVE;
    placed.push({ ...moment, order, y, timed: isTimed(moment, isNoted) });
  });
  placed.forEach((moment, order) => {
    const next = placed[order + 1];
    if (next && meets(moment, next, isNoted) && next.y - moment.y <= ROW) moment.y = next.y;
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
    new Map(
      placed.filter(({ what }) => (what !== 'begin') === isEnd).map((moment) => [moment.step.id, moment] as const),
    );
  return {
    begin: select(false),
    end: select(true),
    moments: placed,
    open,
    bottom,
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
): number {
  if (moment.what === 'begin') return previous && comesWith(moment, previous) ? STATE_ROW : ROW;
  if (moment.what === 'return') return isNoted(moment.step as Call) ? RETURN_ROW : 0;
  return next && meets(moment, next, isNoted) ? 0 : ARRIVAL_ROW;
}

const isHeld = ({ what, step }: Moment) => what === 'begin' && step.kind === 'segment' && step.fate === 'held';

/** Whether it has words on the wire: a segment that is sent, and a state that disagrees. */
function isOnWire({ what, step }: Moment): boolean {
  return what === 'begin' && (step.kind === 'segment' || (step.kind === 'state' && step.expected !== undefined));
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
