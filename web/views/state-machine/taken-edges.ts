import type { Side } from '../../../bridge/trace/step.ts';
import { EDGES, targetOf, type Edge, type Node } from './edges.ts';
import {
  BOX_HEIGHT,
  CAPTIONS,
  chipSize,
  curveOf,
  FURTHEST_OF_TAKEN,
  groundOf,
  LABEL_CHARACTER,
  LINE_HEIGHT,
  shaped,
  wordedOf,
  type BoxShape,
  type Curve,
  type EdgeLabel,
  type EdgeShape,
  type MachineLayout,
} from './layout.ts';
import { meet, placeLabels, touches, type Placed, type Rectangle } from './place-labels.ts';
import type { Move } from './end-states.ts';

/**
 * What is drawn over the state diagram: the edges that both ends took, with their labels, and the badges of the ends.
 */

/**
 * The largest distance, in pixels, from its line of a label that covers another: further away, it would seem to replace
 * it.
 */
const CLOSE = 8;
/** Width and height of a side's badge, in pixels. */
const BADGE = 16;
/** The bends to try, in pixels, for an edge that the figure does not have. The smallest come first. */
const BENDS = [0, ...[5, 10, 15, 20, 25, 30, 40, 50, 60].flatMap((bend) => [bend, -bend])];
/** The places of the bend along the edge to try, from 0 to 1. */
const LEANS = [0.5, 0.75, 0.25, 1, 0];
const WAYS = BENDS.flatMap((bend) => LEANS.map((lean) => [bend, lean] as const));

/** Whether the label or the line of a taken edge covers a label of the figure. */
export function isCovered(label: EdgeLabel, by: EdgeShape): boolean {
  const words = wordsOf(label);
  return meet(words, chipOf(by)) || by.points.some((point) => meet(words, { ...point, width: 0, height: 0 }));
}

/** The edge that a move took. If the figure has none, this makes one. */
export function edgeOf({ from, to, other }: Move): Edge {
  const target = targetOf(from, to);
  const drawn = EDGES.find((edge) => edge.from === from && edge.to === target);
  if (other === undefined && drawn) return drawn;
  const [event, action] = other ?? ['?', ''];
  return { from, to: target, event, action, bends: [0, 0] };
}

/** The line of an edge. An edge that is not in the figure is drawn past its boxes and labels. */
function lineOf(edge: Edge, { boxes, edges, isLying }: MachineLayout): Curve {
  const drawn = edges.find((shape) => shape.edge.from === edge.from && shape.edge.to === edge.to);
  if (drawn) return { edge, path: drawn.path, points: drawn.points };
  const find = (node: Node) => boxes.find((box) => box.node === node) ?? boxes[0]!;
  const [from, to] = [find(edge.from), find(edge.to)];
  const others = boxes.filter((box) => box !== from && box !== to).map(groundOf);
  const words = edges.filter((shape) => shape.edge.isMain).map(chipOf);
  let pastBoxes: Curve | undefined;
  for (const [bend, lean] of WAYS) {
    const curve = { ...curveOf({ ...edge, bends: [bend, bend] }, from, to, isLying, lean), edge };
    const isFree = (grounds: readonly Rectangle[]) => !grounds.some((ground) => touches(ground, curve.points));
    if (!isFree(others)) continue;
    if (isFree(words)) return curve;
    pastBoxes ??= curve;
  }
  return pastBoxes ?? curveOf(edge, from, to, isLying);
}

/**
 * The taken edges. Their labels never cover each other, and cover those of the figure only if there is no other place.
 */
export function takenShapes(taken: readonly Edge[], layout: MachineLayout): EdgeShape[] {
  const { boxes, edges } = layout;
  const grounds = [...boxes.map(groundOf), ...CAPTIONS];
  const known = edges.filter(({ edge }) => edge.isMain).map(chipOf);
  const ends = boxes.filter(({ node }) => taken.some(({ to }) => to === node));
  const corners = ends.flatMap((box) => [...cornersOf('client', box), ...cornersOf('server', box)]);
  const shapes: EdgeShape[] = [];
  for (const edge of taken) {
    const chips = shapes.map(chipOf);
    const drawn = edges.find((shape) => shape.edge === edge);
    if (drawn && !chips.some((chip) => meet(chip, chipOf(drawn)))) {
      shapes.push(drawn);
      continue;
    }
    const curve = lineOf(edge, layout);
    const lines = [...edges, ...shapes, curve].map(({ points }) => points);
    const beside = (others: readonly Rectangle[], furthest = FURTHEST_OF_TAKEN) =>
      placeLabels([wordedOf(curve)], lines, grounds, layout, others, furthest)[0];
    const words = [...chips, ...known];
    const place = beside([...words, ...corners]) ?? beside(words) ?? beside(chips, CLOSE);
    shapes.push(shaped(curve, place ?? upon(curve, [...grounds, ...chips, ...corners]) ?? beside(chips)));
  }
  return shapes;
}

/** A place on the line itself, the nearest to its middle. */
function upon(curve: Curve, others: readonly Rectangle[]): Placed | undefined {
  const { points } = curve;
  const middle = points.length / 2;
  const nearest = points
    .map((point, index) => ({ point, far: Math.abs(index - middle) }))
    .sort((a, b) => a.far - b.far);
  const size = wordedOf(curve).sizes[0]!;
  const places = nearest.map(({ point }) => ({ ...point, ...size, variant: 0 }));
  return places.find((place) => !others.some((other) => meet(place, other)));
}

const chipOf = ({ label }: EdgeShape): Rectangle => ({ x: label.x, y: label.y, ...chipSize(label) });

function cornersOf(side: Side, { x, y, width }: BoxShape): [upper: Rectangle, lower: Rectangle] {
  const at = (way: 1 | -1): Rectangle => ({
    x: x + (side === 'client' ? -1 : 1) * (width / 2 + 4),
    y: y + (way * BOX_HEIGHT) / 2,
    width: BADGE,
    height: BADGE,
  });
  return [at(-1), at(1)];
}

/** The area of a plain label, which is smaller than an emphasised one. */
function wordsOf({ x, y, lines }: EdgeLabel): Rectangle {
  const longest = Math.max(...lines.map(({ length }) => length));
  return { x, y, width: longest * LABEL_CHARACTER, height: lines.length * LINE_HEIGHT };
}

/**
 * The place of a side's badge at a corner of its box: the upper one, if that covers neither a label nor an arrow head.
 */
export function badgeOf(side: Side, box: BoxShape, { edges }: MachineLayout, taken: readonly EdgeShape[]): Rectangle {
  const corners = cornersOf(side, box);
  const plain = edges.filter(({ edge }) => edge.isMain).map(({ label }) => wordsOf(label));
  const words = [...plain, ...taken.map(chipOf)];
  const tips = taken.map(({ points }) => ({ ...points.at(-1)!, width: 8, height: 8 }));
  const free = (others: readonly Rectangle[]) => corners.find((corner) => !others.some((other) => meet(corner, other)));
  return free([...words, ...tips]) ?? free(words) ?? corners[0];
}
