import type { Step } from '../../../../bridge/trace/step.ts';
import type { HeldPlace } from '../../../reading/held-segment-place.ts';
import { breakShapes, type BreakShape } from './break-shapes.ts';
import { callShapes, wakeShapes, type CallShape, type FoldedCalls, type WakeShape } from './call-shapes.ts';
import type { Columns } from './columns.ts';
import { fittedRows } from './fitted-rows.ts';
import { headOf, switchOf, type FoldSwitch } from './fold-switches.ts';
import type { FoldPart } from './folds.ts';
import { groundOf, heldPlaces, heldRoom } from './held-places.ts';
import { lineShapes, type FoldedLines, type LineShape } from './line-shapes.ts';
import { ribbonsOf, type RibbonShape } from './ribbons.ts';
import { rowsOf, type PlacedMoment, type Spacing } from './rows.ts';
import { segmentShapes, type FoldShape, type SegmentShape } from './segment-shapes.ts';
import { bandShapes, flagShapes, type BandShape, type FlagShape } from './state-shapes.ts';
import { tell } from './told.ts';
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
  ribbons: RibbonShape[];
  flags: FlagShape[];
  /** Where the buttons of held segments stand. */
  held: HeldPlace[];
  lines: LineShape[];
  foldedLines: FoldedLines[];
  wakes: WakeShape[];
  /** For each step, by index: where it begins. */
  places: { y: number }[];
  /** The part of a fold that a step belongs to, by the step's id. */
  partOf: ReadonlyMap<string, FoldPart>;
  /** Height of an ordinary row. */
  row: number;
}

export interface LayoutOptions extends Omit<Spacing, 'heldRoom' | 'areTogether'> {
  /** Whether the viewer may let held segments go. */
  mayLetGo?: boolean;
  /** Whether runs of like segments fold. Without it, every step has its own row. */
  mayFold?: boolean;
  /** The height into which the picture is to fit: rows come closer if they must. */
  room?: number;
  /** The least height of the picture, even if there is little to show. */
  leastHeight?: number;
}

export function layoutOf(
  steps: readonly Step[],
  columns: Columns,
  words: PictureWords,
  { mayLetGo = false, mayFold = true, room, leastHeight = room ?? 0, ...spacing }: LayoutOptions = {},
): Layout {
  const told = tell(steps, mayFold);
  const space = { ...spacing, heldRoom: mayLetGo ? heldRoom(columns) : 0, areTogether: columns.compact };
  const rows = room === undefined ? rowsOf(told, space) : fittedRows(told, space, room);
  rows.height = Math.max(rows.height, leastHeight);
  const of = <Kind extends Step['kind']>(kind: Kind) =>
    steps.filter((step): step is Extract<Step, { kind: Kind }> => step.kind === kind);
  const isOpen = (part: FoldPart) => spacing.opened?.has(part.fold.id) === true;
  const isAlone = ({ id }: Step) => {
    const part = told.parts.get(id);
    return part === undefined || isOpen(part);
  };
  const parts = told.folds.flatMap((fold) => fold.parts).filter((part) => !isOpen(part));
  const [segmentSteps, states] = [of('segment'), of('state')];
  const calls = callShapes(of('call').filter(isAlone), parts, rows, columns, words);
  const printed = lineShapes(steps.filter(isAlone), parts, rows, columns, words);
  const flags = flagShapes(states, rows, columns, words);
  const held = mayLetGo ? heldPlaces(segmentSteps, rows, columns) : [];
  const breaks = breakShapes(told.silences, rows, columns, words);
  const heads = told.folds.flatMap((fold) => headOf(fold, rows, columns, words));
  const taken = [...flags, ...breaks, ...heads].map(({ box }) => box);
  const arrows = segmentShapes(segmentSteps.filter(isAlone), parts, rows, columns, words, [
    ...taken,
    ...held.map(groundOf),
  ]);
  return {
    width: columns.width,
    height: rows.height,
    moments: rows.moments,
    ...calls,
    ...arrows,
    switches: [
      ...new Map([...arrows.folds, ...printed.foldedLines].map((shape) => [shape.part.fold, switchOf(shape)])).values(),
      ...heads,
    ],
    breaks,
    flags,
    held,
    ribbons: ribbonsOf(steps, rows, columns),
    bands: bandShapes(states, rows, columns, words),
    ...printed,
    wakes: wakeShapes(segmentSteps, calls.calls, rows, columns),
    places: steps.map(({ id }) => ({ y: rows.begin.get(id)!.y })),
    partOf: told.parts,
    row: rows.row,
  };
}

/** Where the cursor stands after so many moments. Undefined before the first. */
export function placeOf({ moments }: Layout, passed: number): { y: number } | undefined {
  return moments[Math.min(passed, moments.length) - 1];
}
