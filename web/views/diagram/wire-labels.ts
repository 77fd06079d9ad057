import type { Segment } from '../../../bridge/trace/step.ts';
import { overlap, type Box } from './boxes.ts';
import { CHARACTER, fitting, type PictureWords } from './words.ts';

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

export interface Arrow {
  step: Segment;
  /** It begins on the wire itself: a copy that the wire made. */
  isCopy: boolean;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

const HEIGHT = 14;
/** Above the line, from its middle to the middle of the text. */
const LIFT = 9;
/** Beyond this many degrees text is hard to read. */
const STEEPEST = 16;
const MARGIN = 12;

/**
 * Places each arrow's words along the arrow. Where arrows cross or crowd, the words of those that meet are laid flat at
 * their sender's end instead: there each segment has a row of its own, so that flat words never meet.
 * @param taken where other words stand, each in a row of its own
 */
export function placeWireLabels(
  arrows: readonly Arrow[],
  wireWidth: number,
  words: PictureWords,
  taken: readonly Box[] = [],
): WireLabel[] {
  const labels = arrows.map((arrow) => {
    const isCutShort = arrow.step.fate !== 'delivered' && arrow.step.fate !== 'unknown';
    const room = (arrow.isCopy ? wireWidth / 2 : wireWidth) - 2 * MARGIN;
    // Where the segment stops on its way, its mark stands there: the words keep clear of it if they can.
    const parts = wording(arrow.step, room, isCutShort ? wireWidth / 2 - 2 * MARGIN : room, words);
    if (arrow.isCopy) return before(arrow, parts);
    const along = alongArrow(arrow, parts);
    return isCutShort || Math.abs(along.angle) > STEEPEST ? flat(arrow, parts) : along;
  });
  // Each round lays at least one more flat, so it ends; flat words of different rows do not meet.
  for (let changed = true; changed;) {
    changed = false;
    for (const index of meeting([...labels.map(({ box }) => box), ...taken])) {
      if (labels[index]?.anchor !== 'middle') continue;
      labels[index] = flat(arrows[index]!, labels[index]!);
      changed = true;
    }
  }
  return labels;
}

interface Wording {
  main: string;
  detail: string;
}

/** @param detailRoom that the whole may take, where there is a detail */
function wording(step: Segment, room: number, detailRoom: number, words: PictureWords): Wording {
  const { main: mains, details } = words.segment(step);
  const main = fitting(mains, room);
  const left = detailRoom - widthOf({ main, detail: '' }) - CHARACTER;
  const detail = details.find((text) => text.length * CHARACTER <= left) ?? '';
  return { main, detail };
}

function widthOf({ main, detail }: Wording): number {
  return ([...main].length + (detail === '' ? 0 : detail.length + 1)) * CHARACTER;
}

function alongArrow({ x1, y1, x2, y2 }: Arrow, { main, detail }: Wording): WireLabel {
  const slope = (y2 - y1) / (x2 - x1);
  const radians = Math.atan(slope);
  const angle = (radians * 180) / Math.PI;
  const x = (x1 + x2) / 2 + Math.sin(radians) * LIFT;
  const y = (y1 + y2) / 2 - Math.cos(radians) * LIFT;
  const box = { x, y, width: widthOf({ main, detail }), height: HEIGHT, angle };
  return { main, detail, x, y, anchor: 'middle', angle, box };
}

function flat({ step, x1, y1 }: Arrow, { main, detail }: Wording): WireLabel {
  const outward = step.from === 'client' ? 1 : -1;
  const x = x1 + outward * MARGIN;
  const y = y1 - LIFT;
  const width = widthOf({ main, detail });
  const box = { x: x + (outward * width) / 2, y, width, height: HEIGHT, angle: 0 };
  return { main, detail, x, y, anchor: outward > 0 ? 'start' : 'end', angle: 0, box };
}

/** Where a copy begins on the wire, nothing stands before it. */
function before({ step, x1, y1 }: Arrow, { main, detail: _detail }: Wording): WireLabel {
  const outward = step.from === 'client' ? 1 : -1;
  const x = x1 - outward * MARGIN;
  const width = widthOf({ main, detail: '' });
  const box = { x: x - (outward * width) / 2, y: y1, width, height: HEIGHT, angle: 0 };
  return { main, detail: '', x, y: y1, anchor: outward > 0 ? 'end' : 'start', angle: 0, box };
}

/** Indexes of boxes that overlap another. Those far above cannot: the list is sorted by height. */
function meeting(boxes: readonly Box[]): Set<number> {
  const found = new Set<number>();
  const order = boxes.map((_, index) => index).sort((a, b) => boxes[a]!.y - boxes[b]!.y);
  order.forEach((here, place) => {
    for (let other = place + 1; other < order.length; other++) {
      const there = order[other]!;
      if (boxes[there]!.y - boxes[here]!.y > 120) break;
      if (overlap(boxes[here]!, boxes[there]!)) found.add(here).add(there);
    }
  });
  return found;
}
