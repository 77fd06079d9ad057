import type { Segment } from '../../../../bridge/trace/step.ts';
import { toneOf } from '../../../reading/segment-role.ts';
import { HEIGHT_OF_WORDS, heightOf, overlap, type Box } from './boxes.ts';
import { crossingsOf, MOST_COMPARED, type Line } from './crossings.ts';
import { CHARACTER, fitting } from './fitting.ts';
import type { FoldPart } from './folds.ts';
import { RankedChoices, type Choice } from './label-choices.ts';
import type { PictureWords } from '../picture-words.ts';

/** The words on an arrow. */
export interface WireLabel {
  main: string;
  detail: string;
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  /** Degrees. */
  angle: number;
  box: Box;
}

export interface Arrow extends Line {
  step: Segment;
  /** If it stands for many like the step. */
  part?: FoldPart;
  /** It begins on the wire itself: a copy that the wire made. */
  isCopy: boolean;
}

/** Half the height of the capsule of a held segment, and of the cross of a lost one. */
export const MARK_REACH = 6;
/** The words of a RST have a coloured ground, this much wider than they are. */
const GROUND = 10;
/** Above the line, from its middle to the middle of the text. */
const LIFT = 9;
/** Beyond this many degrees text is harder to read than flat text: it stands along its arrow only if flat text is cut. */
const STEEP = 16;
/** Beyond this many degrees text is hard to read at all. */
const STEEPEST = 32;
const MARGIN = 12;
/** The length of an arrow's head, which words keep clear of. */
const HEAD = 10;
/** The price of being cut by another arrow: higher than that of any other place or wording. */
const CUT = 10;
/** No picture needs this many rounds. After them, words that still meet are laid flat at once. */
const ROUNDS = 12;

/**
 * Places each arrow's words: along the middle of the arrow if nothing is in the way; or else near one of its ends, or in
 * fewer words; or else flat at its sender's end. Each segment has a row of its own there, so flat words never meet.
 * @param arrows by the height at which they begin
 * @param taken where other words stand, each in a row of its own
 */
export function placeWireLabels(
  arrows: readonly Arrow[],
  wireWidth: number,
  words: PictureWords,
  taken: readonly Box[] = [],
): WireLabel[] {
  const labels: WireLabel[] = [];
  for (let begin = 0; begin < arrows.length; begin += BLOCK) {
    const own = arrows.slice(begin, begin + BLOCK);
    const top = own[0]!.y1 - ABOVE;
    const below = arrows[begin + BLOCK]?.y1 ?? Infinity;
    const bottom = Math.max(...own.map(({ y2 }) => y2)) + ABOVE;
    const block: Block = {
      own,
      others: lastThatReach(arrows, begin, top),
      taken: taken.filter((box) => box.y + heightOf(box) > top && box.y - heightOf(box) < bottom),
      floor: below - ABOVE,
      wireWidth,
      words,
    };
    labels.push(...labelsOf(block));
  }
  return labels;
}

/** The last of the arrows before `begin` that come down to `top`, in their order. Their crossings count, and no others. */
function lastThatReach(arrows: readonly Arrow[], begin: number, top: number): Arrow[] {
  const found: Arrow[] = [];
  for (let index = begin - 1; index >= 0 && found.length < MOST_COMPARED; index--)
    if (arrows[index]!.y2 > top) found.push(arrows[index]!);
  return found.reverse();
}

/** Arrows whose words are placed together, and all that they depend on. Words of two blocks never meet. */
interface Block {
  own: readonly Arrow[];
  /** Arrows from above that may pass through their words. Those of later blocks begin below the words. */
  others: readonly Arrow[];
  taken: readonly Box[];
  /** Words along an arrow end above it: below, there are words of the next block. */
  floor: number;
  wireWidth: number;
  words: PictureWords;
}

/** Arrows in a block. While a picture grows, all blocks but the last stay as they are. */
const BLOCK = 24;
/** No words reach further above the row of their arrow. */
const ABOVE = 17;
/** The words of the blocks that were placed last, by the first arrow's step. */
const placed = new WeakMap<Segment, { block: Block; labels: readonly WireLabel[] }>();

function labelsOf(block: Block): readonly WireLabel[] {
  const first = block.own[0]!.step;
  const before = placed.get(first);
  if (before && isAlike(before.block, block)) return before.labels;
  const labels = placeBlock(block);
  placed.set(first, { block, labels });
  return labels;
}

function isAlike(a: Block, b: Block): boolean {
  return (
    a.words === b.words &&
    a.wireWidth === b.wireWidth &&
    a.floor === b.floor &&
    a.own.length === b.own.length &&
    a.own.every((arrow, index) => isSameArrow(arrow, b.own[index]!)) &&
    a.others.length === b.others.length &&
    a.others.every((arrow, index) => isSameLine(arrow, b.others[index]!)) &&
    a.taken.length === b.taken.length &&
    a.taken.every((box, index) => isSameBox(box, b.taken[index]!))
  );
}

const isSameLine = (a: Line, b: Line) => a.x1 === b.x1 && a.y1 === b.y1 && a.x2 === b.x2 && a.y2 === b.y2;
const isSameArrow = (a: Arrow, b: Arrow) =>
  a.step === b.step && a.part?.steps.length === b.part?.steps.length && isSameLine(a, b);
const isSameBox = (a: Box, b: Box) => a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

function placeBlock({ own, others, taken, floor, wireWidth, words }: Block): WireLabel[] {
  const crossings = crossingsOf([...others, ...own]);
  const choices = own.map((arrow, nth) => {
    const index = others.length + nth;
    return new RankedChoices(choicesOf(arrow, wireWidth, words), ({ box }) =>
      box.y + heightOf(box) / 2 < floor ? CUT * crossings(box, index) : undefined,
    );
  });
  const chosen = settled(choices, [...own.flatMap(markOf), ...taken.map((box) => ({ box, owner: -1 }))]);
  return choices.map((labels, index) => labels.at(chosen[index]!));
}

/** The places and wordings an arrow may have. The last is the shortest, flat in a row of its own. */
function choicesOf(arrow: Arrow, wireWidth: number, words: PictureWords): Choice<WireLabel>[] {
  const isCutShort = !arrow.part && arrow.step.fate !== 'delivered' && arrow.step.fate !== 'unknown';
  const room = (arrow.isCopy ? wireWidth / 2 : wireWidth) - 2 * MARGIN;
  const half = wireWidth / 2 - 2 * MARGIN;
  // A segment that stops on its way has a mark there. Its words keep clear of it if they can.
  const wordings = wordingsOf(arrow, room, isCutShort ? half : room, words);
  if (arrow.isCopy) {
    const plain = wordings.find(({ detail }) => detail === '')!;
    return [{ make: () => before(arrow, plain), price: 0 }];
  }
  const steepness = Math.abs(degreesOf(arrow));
  const alongs = steepness > STEEPEST || isCutShort ? [] : [alongMiddle, alongBegin, alongEnd];
  const places = [...alongs, flat];
  const preferred = steepness > STEEP ? [flat, ...alongs] : places;
  return wordings.flatMap((wording, fewer) =>
    places.map((place) => ({ make: () => place(arrow, wording), price: 2 * fewer + preferred.indexOf(place) })),
  );
}

interface Wording {
  main: string;
  detail: string;
  width: number;
}

/**
 * The wordings of an arrow, from long to short.
 * @param detailRoom the room for main words and detail together
 */
function wordingsOf({ step, part }: Arrow, room: number, detailRoom: number, words: PictureWords): Wording[] {
  const { main: mains, details } = part ? words.fold(part) : words.segment(step);
  const main = fitting(mains, room);
  const left = detailRoom - wording(main).width - CHARACTER;
  const detail = details.find((text) => text.length * CHARACTER <= left) ?? '';
  // Signs alone are used only if there is no room for a word.
  const shorter = mains.slice(mains.indexOf(main) + 1).filter((text) => /\p{L}/u.test(text));
  const plain = [main, ...(mains.includes(main) ? shorter : [])].map((text) => wording(text));
  return detail === '' ? plain : [wording(main, detail), ...plain];
}

function wording(main: string, detail = ''): Wording {
  return { main, detail, width: ([...main].length + (detail === '' ? 0 : detail.length + 1)) * CHARACTER };
}

const degreesOf = ({ x1, y1, x2, y2 }: Line) => (Math.atan((y2 - y1) / (x2 - x1)) * 180) / Math.PI;

function alongMiddle(arrow: Arrow, words: Wording): WireLabel {
  return along(arrow, words, 0.5);
}

function alongBegin(arrow: Arrow, words: Wording): WireLabel {
  return along(arrow, words, (MARGIN + words.width / 2) / Math.abs(arrow.x2 - arrow.x1));
}

function alongEnd(arrow: Arrow, words: Wording): WireLabel {
  return along(arrow, words, 1 - (MARGIN + HEAD + words.width / 2) / Math.abs(arrow.x2 - arrow.x1));
}

/** @param share of the arrow's way at which the middle of the words stands */
function along(arrow: Arrow, words: Wording, share: number): WireLabel {
  const { x1, y1, x2, y2, step } = arrow;
  const angle = degreesOf(arrow);
  const radians = (angle * Math.PI) / 180;
  const x = x1 + (x2 - x1) * share + Math.sin(radians) * LIFT;
  const y = y1 + (y2 - y1) * share - Math.cos(radians) * LIFT;
  return labelOf(words, step, { x, y, anchor: 'middle', angle }, x);
}

function flat({ step, x1, y1 }: Arrow, words: Wording): WireLabel {
  return beside(step, x1, y1 - LIFT, 1, words);
}

/** A copy begins in mid-wire, so there is room before it. */
function before({ step, x1, y1 }: Arrow, words: Wording): WireLabel {
  return beside(step, x1, y1, -1, words);
}

/** @param way 1: on the side to which the segment goes */
function beside(step: Segment, x1: number, y: number, way: 1 | -1, words: Wording): WireLabel {
  const outward = way * (step.from === 'client' ? 1 : -1);
  const x = x1 + outward * MARGIN;
  const place = { x, y, anchor: outward > 0 ? 'start' : 'end', angle: 0 } as const;
  return labelOf(words, step, place, x + (outward * words.width) / 2);
}

/** @param middle of the words. Each field by its name: on a busy wire there are tens of thousands of places to try. */
function labelOf(
  { main, detail, width }: Wording,
  step: Segment,
  { x, y, anchor, angle }: Pick<WireLabel, 'x' | 'y' | 'anchor' | 'angle'>,
  middle: number,
): WireLabel {
  const ground = toneOf(step) === 'rst' ? GROUND : 0;
  return {
    main,
    detail,
    x,
    y,
    anchor,
    angle,
    box: { x: middle, y, width: width + ground, height: HEIGHT_OF_WORDS, angle },
  };
}

/** What stands on an arrow besides its words. */
interface Mark {
  box: Box;
  /** Index of the arrow: its own words may come close. */
  owner: number;
}

function markOf({ step, x1, y1, x2, y2, isCopy }: Arrow, owner: number): Mark[] {
  const mark = (x: number, y: number, width: number, height: number) => ({
    box: { x, y, width, height, angle: 0 },
    owner,
  });
  const marks = isCopy ? [mark(x1, y1, 8, 8)] : [];
  if (step.fate === 'held') marks.push(mark(x2, y2, 32, 2 * MARK_REACH));
  if (step.fate === 'dropped') marks.push(mark(x2, y2, 2 * MARK_REACH, 2 * MARK_REACH));
  return marks;
}

/** Returns which choice each arrow takes so that no words meet: words that meet move on to their next choice. */
function settled(choices: readonly RankedChoices<WireLabel>[], marks: readonly Mark[]): number[] {
  const chosen = choices.map(() => 0);
  const isLast = (index: number) => choices[index]!.isLast(chosen[index]!);
  for (let round = 0, changed = true; changed; round++) {
    changed = false;
    const moved = new Set<number>();
    const boxes = [...choices.map((labels, index) => labels.at(chosen[index]!).box), ...marks.map(({ box }) => box)];
    for (const [one, other] of meeting(boxes)) {
      const [first, second] = [Math.min(one, other), Math.max(one, other)];
      if (first >= choices.length || marks[second - choices.length]?.owner === first) continue;
      if (moved.has(first) || moved.has(second)) continue;
      const mover = second < choices.length && !isLast(second) ? second : first;
      if (isLast(mover)) continue;
      chosen[mover] = round < ROUNDS ? chosen[mover]! + 1 : Infinity;
      moved.add(mover);
      changed = true;
    }
  }
  return chosen;
}

/** Pairs of boxes that overlap, by their indexes. */
function meeting(boxes: readonly Box[]): [number, number][] {
  const found: [number, number][] = [];
  const spans = boxes
    .map((box, index) => ({ index, top: box.y - heightOf(box) / 2, bottom: box.y + heightOf(box) / 2 }))
    .sort((a, b) => a.top - b.top);
  spans.forEach((here, place) => {
    for (let next = place + 1; next < spans.length && spans[next]!.top < here.bottom; next++)
      if (overlap(boxes[here.index]!, boxes[spans[next]!.index]!)) found.push([here.index, spans[next]!.index]);
  });
  return found;
}
