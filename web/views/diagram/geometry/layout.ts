import type { Call, Segment, Side, State, Step } from '../../../../bridge/trace/step.ts';
import type { HeldPlace } from '../../../reading/held-segment-place.ts';
import type { Box } from './boxes.ts';
import { BAND_WIDTH, BAR_WIDTH, type Columns } from './columns.ts';
import { rowsOf, type PlacedMoment, type Rows, type Spacing } from './rows.ts';
import { foldsIn, partsOf, type Fold, type FoldPart } from './folds.ts';
import { groundOf, heldPlaces, heldRoom } from './held-places.ts';
import { momentsOf } from './moments.ts';
import { segmentShapes, type FoldShape, type SegmentShape } from './segment-shapes.ts';
import { breakShapes, type BreakShape } from './break-shapes.ts';
import { silencesIn } from './silences.ts';
import { CHARACTER, fitting } from './fitting.ts';
import type { PictureWords } from '../picture-words.ts';

/** The geometry of the picture: numbers only, which the components draw. */
export interface Layout {
  width: number;
  height: number;
  moments: PlacedMoment[];
  calls: CallShape[];
  segments: SegmentShape[];
  /** Runs of like segments, and of like calls, that are folded. */
  folds: FoldShape[];
  foldedCalls: FoldedCalls[];
  /** What opens and closes a fold. */
  switches: FoldSwitch[];
  breaks: BreakShape[];
  bands: BandShape[];
  flags: FlagShape[];
  /** Where the buttons of held segments stand. */
  held: HeldPlace[];
  lines: LineShape[];
  wakes: WakeShape[];
  /** For each step, by index: where the cursor stands, and the first moment that it has not passed. */
  places: { y: number; until: number }[];
  /** The part of a fold that a step belongs to, by the step's id. */
  partOf: ReadonlyMap<string, FoldPart>;
  /** Height of an ordinary row. */
  row: number;
}

export interface Label {
  x: number;
  y: number;
  anchor: 'start' | 'end';
  text: string;
}

export interface CallShape {
  step: Call;
  x: number;
  y: number;
  end: number;
  /** Blocked between its start and its end, while others acted. */
  blocked: boolean;
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

/** Where a fold is opened or closed: a box on the wire. */
export interface FoldSwitch {
  fold: Fold;
  isOpen: boolean;
  order: number;
  box: Box;
}

export interface BandShape {
  step: State;
  order: number;
  x: number;
  y: number;
  end: number;
  label: Label;
  /** How long it lasts, below its name. */
  note?: Label;
}

/** A note beside a state, on the wire's side: the standard expects another one. */
export interface FlagShape {
  step: State;
  order: number;
  label: Label;
  box: Box;
}

/** A step that is a line of text and nothing else. */
export interface LineShape {
  step: Exclude<Step, Call | Segment | State>;
  order: number;
  label: Label;
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

/** Calls that sleep until something comes. send() does not: it copies, and returns. */
const BLOCKING = new Set(['accept', 'connect', 'recv']);
const HALF_BAR = 7;
const NOTE_BELOW = 15;
const FLAG_HEIGHT = 17;
const HEAD_INSET = BAND_WIDTH / 2 + 10;
const HEAD_PADDING = 24;

export interface LayoutOptions extends Pick<Spacing, 'leastHeight' | 'toScale' | 'looseness' | 'opened'> {
  /** Whether the viewer may let held segments go. */
  mayLetGo?: boolean;
}

export function layoutOf(
  steps: readonly Step[],
  columns: Columns,
  words: PictureWords,
  { mayLetGo = false, opened = new Set(), ...spacing }: LayoutOptions = {},
): Layout {
  const told = tellingOf(steps);
  const silences = spacing.toScale ? [] : told.silences;
  const rows = rowsOf(told.moments, (call) => words.result(call).length > 0, {
    ...spacing,
    opened,
    silences,
    parts: told.parts,
    heldRoom: mayLetGo ? heldRoom(columns) : 0,
  });
  const of = <Kind extends Step['kind']>(kind: Kind) =>
    steps.filter((step): step is Extract<Step, { kind: Kind }> => step.kind === kind);
  const isFolded = ({ id }: Step) => {
    const part = told.parts.get(id);
    return part !== undefined && !opened.has(part.fold.id);
  };
  const closed = told.folds.filter(({ id }) => !opened.has(id));
  const closedParts = closed.flatMap(({ parts }) => parts);
  const calls = callShapes(
    of('call').filter((call) => !isFolded(call)),
    closedParts.filter(({ what }) => what === 'calls'),
    rows,
    columns,
    words,
  );
  const singleCalls = calls.filter((shape) => !('part' in shape));
  const flags = flagShapes(of('state'), rows, columns, words);
  const held = mayLetGo ? heldPlaces(of('segment'), rows, columns) : [];
  const breaks = breakShapes(silences, rows, columns, words);
  const heads = told.folds.flatMap((fold) => headOf(fold, rows, columns, words));
  const { segments, folds } = segmentShapes(
    of('segment').filter((segment) => !isFolded(segment)),
    closedParts.filter(({ what }) => what !== 'calls'),
    rows,
    columns,
    words,
    [
      ...flags.map(({ box }) => box),
      ...held.map(groundOf),
      ...breaks.map(({ box }) => box),
      ...heads.map(({ box }) => box),
    ],
  );
  return {
    width: columns.width,
    height: rows.height,
    moments: rows.moments,
    calls: singleCalls,
    foldedCalls: calls.filter((shape): shape is FoldedCalls => 'part' in shape),
    segments,
    folds,
    switches: [...new Map(folds.map((shape) => [shape.part.fold, switchOf(shape)])).values(), ...heads],
    breaks,
    flags,
    held,
    bands: (['client', 'server'] as const).flatMap((side) =>
      bandShapes(
        of('state').filter((state) => state.side === side),
        rows,
        columns,
        words,
      ),
    ),
    lines: lineShapes(steps, rows, columns),
    wakes: wakeShapes(of('segment'), singleCalls, rows, columns),
    places: steps.map((step, index) => ({
      y: rows.begin.get(step.id)!.y,
      until: rows.begin.get(steps[index + 1]?.id ?? '')?.order ?? Infinity,
    })),
    partOf: told.parts,
    row: rows.row,
  };
}

/** What is told of steps, wherever it is drawn: kept for as long as the steps are. */
function tellingOf(steps: readonly Step[]) {
  const moments = momentsOf(steps);
  const silences = silencesIn(moments);
  const folds = foldsIn(moments, silences);
  return { moments, silences, folds, parts: partsOf(folds) };
}

/** The words of a folded run open it. */
function switchOf({ part, order, label }: FoldShape): FoldSwitch {
  return { fold: part.fold, isOpen: false, order, box: label.box };
}

/** An opened run has a row above it, which closes it. */
function headOf(fold: Fold, rows: Rows, columns: Columns, words: PictureWords): FoldSwitch[] {
  const y = rows.heads.get(fold.id);
  if (y === undefined) return [];
  const room = columns.serverLine - columns.clientLine - 2 * HEAD_INSET;
  const width = Math.min(room, words.sumOfFold(fold).length * CHARACTER + HEAD_PADDING);
  const x = (columns.clientLine + columns.serverLine) / 2;
  const order = Math.min(...fold.parts.map(({ steps: [first] }) => rows.begin.get(first!.id)!.order));
  return [{ fold, isOpen: true, order, box: { x, y, width, height: FLAG_HEIGHT, angle: 0 } }];
}

function lineShapes(steps: readonly Step[], rows: Rows, columns: Columns): LineShape[] {
  const lines = steps.filter((step) => step.kind !== 'call' && step.kind !== 'segment' && step.kind !== 'state');
  return lines.map((step) => {
    const { y, order } = rows.begin.get(step.id)!;
    return { step, order, label: outerLabel(step.side, columns, y, fitting([`› ${step.line}`], columns.callText)) };
  });
}

function callShapes(
  single: readonly Call[],
  folded: readonly FoldPart[],
  rows: Rows,
  columns: Columns,
  words: PictureWords,
): (CallShape | FoldedCalls)[] {
  const shapes: (CallShape | FoldedCalls)[] = [];
  const bars = [
    ...single.map((step) => ({ step, part: undefined })),
    ...folded.map((part) => ({ step: part.steps.at(-1) as Call, part })),
  ]
    .map((bar) => ({ ...bar, begin: rows.begin.get((bar.part?.steps[0] ?? bar.step).id)! }))
    .sort((a, b) => a.begin.order - b.begin.order);
  /** Where the bars of each program end, from its lifeline outwards. */
  const ends: Record<Side, number[]> = { client: [], server: [] };
  for (const { step, part, begin } of bars) {
    const { y, order } = begin;
    const returned = rows.end.get(step.id);
    const open = rows.open.get(step.id);
    const end = returned?.y ?? open ?? rows.height;
    const result = part && returned ? '' : fitting(returned ? words.result(step) : words.open(step), columns.callText);
    // A call that begins while another one of the same program is open stands beside it, towards the lifeline.
    const still = ends[step.side].filter((other) => other > y);
    const beside = still.length;
    const inward = step.side === 'client' ? 1 : -1;
    const bottom = Math.max(end, y) + HALF_BAR;
    ends[step.side] = [...still, bottom];
    const name = fitting(part ? words.foldedCalls(part) : words.call(step), columns.callText);
    shapes.push({
      step,
      x:
        (step.side === 'client' ? columns.clientCall : columns.serverCall) +
        inward * Math.min(beside, 3) * (BAR_WIDTH + 3),
      y: y - HALF_BAR,
      end: bottom,
      blocked: BLOCKING.has(step.name) && (!returned || end - y > rows.row),
      order,
      endOrder: returned?.order ?? Infinity,
      name: outerLabel(step.side, columns, y, name),
      ...(result && { result: outerLabel(step.side, columns, end, result) }),
      ...(part && { part, orders: part.steps.map(({ id }) => rows.begin.get(id)!.order) }),
    });
  }
  return shapes;
}

function bandShapes(states: State[], rows: Rows, columns: Columns, words: PictureWords): BandShape[] {
  return states.map((step, index) => {
    const { y, order } = rows.begin.get(step.id)!;
    const next = states[index + 1];
    const isClient = step.side === 'client';
    const x = isClient ? columns.clientLine : columns.serverLine;
    return {
      step,
      order,
      x,
      y,
      end: next ? rows.begin.get(next.id)!.y : rows.height,
      label: stateLabel(step.side, columns, y, step.to),
      ...(step.lastsMs !== undefined && {
        note: stateLabel(step.side, columns, y + NOTE_BELOW, fitting([words.lasts(step)], columns.stateText)),
      }),
    };
  });
}

function flagShapes(states: State[], rows: Rows, columns: Columns, words: PictureWords): FlagShape[] {
  const inset = BAND_WIDTH / 2 + 10;
  const room = columns.serverLine - columns.clientLine - 2 * inset;
  return states.flatMap((step) => {
    if (step.expected === undefined) return [];
    const { y, order } = rows.begin.get(step.id)!;
    const text = fitting(words.expected(step.expected), room);
    const width = [...text].length * CHARACTER + 10;
    const isClient = step.side === 'client';
    const x = isClient ? columns.clientLine + inset : columns.serverLine - inset;
    const box = {
      x: x + (isClient ? width : -width) / 2 - (isClient ? 5 : -5),
      y,
      width,
      height: FLAG_HEIGHT,
      angle: 0,
    };
    return [{ step, order, label: { x, y, anchor: isClient ? ('start' as const) : ('end' as const), text }, box }];
  });
}

function wakeShapes(segments: Segment[], calls: CallShape[], rows: Rows, columns: Columns): WakeShape[] {
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

function stateLabel(side: Side, columns: Columns, y: number, text: string): Label {
  return columns.compact ? outerLabel(side, columns, y, text) : innerLabel(side, columns, y, text);
}

/** A state stands between its lifeline and the calls, if there is room for both. */
function innerLabel(side: Side, columns: Columns, y: number, text: string): Label {
  return side === 'client'
    ? { x: columns.clientLine - BAND_WIDTH / 2 - 5, y, anchor: 'end', text }
    : { x: columns.serverLine + BAND_WIDTH / 2 + 5, y, anchor: 'start', text };
}

/** Text of the programs' columns stands outside their bars. */
function outerLabel(side: Side, columns: Columns, y: number, text: string): Label {
  return side === 'client'
    ? { x: columns.clientCall - BAR_WIDTH / 2 - 4, y, anchor: 'end', text }
    : { x: columns.serverCall + BAR_WIDTH / 2 + 4, y, anchor: 'start', text };
}
