/**
 * The geometry of the state diagram for a given width: numbers only, which StateMachine.svelte draws. Every edge of an
 * ordinary connection has its label beside it, without overlaps. It must not know traces, steps or the cursor.
 *
 *     edges.ts ─▶ places of boxes ─▶ curves ─▶ place-labels.ts ─▶ MachineLayout
 */

import { EDGES, type Edge, type Node } from './edges.ts';
import { placeLabels, type Point, type Placed, type Rectangle, type Worded } from './place-labels.ts';

export interface MachineLayout {
  width: number;
  height: number;
  boxes: BoxShape[];
  edges: EdgeShape[];
  isLying: boolean;
}

export interface BoxShape {
  node: Node;
  text: string;
  /** The middle of the box. */
  x: number;
  y: number;
  width: number;
}

/** An edge without its label. */
export interface Curve {
  edge: Edge;
  path: string;
  /** Points along the edge, close together. The last one is the tip of the arrow. */
  points: Point[];
}

export interface EdgeShape extends Curve {
  label: EdgeLabel;
}

export interface EdgeLabel {
  /** The middle of the label. */
  x: number;
  y: number;
  lines: string[];
}

export const BOX_HEIGHT = 24;
export const LINE_HEIGHT = 13;
const CHARACTER = 7.3;
/** The diagram grows no wider than this, in pixels. */
const WIDEST = 880;
/** Below this width, in pixels, the diagram is upright. */
const LYING_FROM = 740;

/**
 * Positions along the course of a connection, from 0 to 6, and across it: the side that opens or closes first at about
 * −1, the other at about 1. A search varied positions and bends until each edge had a place for its label at every
 * width.
 */
type Places = Record<Node, readonly [along: number, across: number]>;
const LYING_PLACES: Places = {
  CLOSED: [0.05, 0],
  SYN_SENT: [1.35, -0.85],
  LISTEN: [1, 1],
  SYN_RCVD: [2.35, 0.95],
  ESTABLISHED: [2.65, 0],
  FIN_WAIT_1: [3.75, -1],
  CLOSE_WAIT: [4.05, 1.1],
  FIN_WAIT_2: [4.8, -1],
  CLOSING: [4.75, 0.1],
  LAST_ACK: [5, 1.1],
  TIME_WAIT: [5.9, -1],
  END: [5.65, 0.2],
};
const UPRIGHT_PLACES: Places = {
  CLOSED: [0, 0.1],
  SYN_SENT: [0.9, -1],
  LISTEN: [0.7, 1.1],
  SYN_RCVD: [2, 1.1],
  ESTABLISHED: [2.45, -0.25],
  FIN_WAIT_1: [3.75, -0.8],
  CLOSE_WAIT: [3.65, 1],
  FIN_WAIT_2: [4.9, -0.85],
  CLOSING: [4.9, 0.25],
  LAST_ACK: [4.95, 1],
  TIME_WAIT: [6, -1],
  END: [5.6, 0.2],
};

interface Frame {
  width: number;
  height: number;
  at(along: number, across: number): [x: number, y: number];
  isLying: boolean;
}

/** The captions in the upper left corner: the states of both ends, and what the labels mean. */
export const CAPTIONS: readonly Rectangle[] = [{ x: 145, y: 21, width: 290, height: 42 }];
const LYING = { left: 40, right: 52, top: 107, across: 56, below: 99 };
const UPRIGHT = { edge: 55, top: 77, along: 79, below: 48 };

export function machineLayout(room: number): MachineLayout {
  const frame = room < LYING_FROM ? upright(Math.min(room, 460)) : lying(Math.min(room, WIDEST));
  const places = frame.isLying ? LYING_PLACES : UPRIGHT_PLACES;
  const boxes = (Object.keys(places) as Node[]).map((node): BoxShape => {
    const [x, y] = frame.at(...places[node]);
    const text = node === 'END' ? 'CLOSED' : node;
    return { node, text, x, y, width: text.length * CHARACTER + 8 };
  });
  const byNode = new Map(boxes.map((box) => [box.node, box]));
  const curves = EDGES.map((edge) => curveOf(edge, byNode.get(edge.from)!, byNode.get(edge.to)!, frame.isLying));
  const { width, height, isLying } = frame;
  return { width, height, isLying, boxes, edges: labelled(curves, boxes, frame) };
}

/**
 * Labels of an ordinary connection's edges never overlap. The label of another edge may cover them while it is taken.
 */
function labelled(curves: readonly Curve[], boxes: readonly BoxShape[], frame: Frame): EdgeShape[] {
  const lines = curves.map(({ points }) => points);
  const grounds = [...boxes.map(groundOf), ...CAPTIONS];
  const main = curves.filter(({ edge }) => edge.isMain);
  const known = placeLabels(main.map(wordedOf), lines, grounds, frame);
  const placed = known.filter((label) => label !== undefined);
  return curves.map((curve) => {
    const alone = (others: Rectangle[]) =>
      placeLabels([wordedOf(curve)], lines, grounds, frame, others, FURTHEST_OF_TAKEN)[0];
    const place = curve.edge.isMain ? known[main.indexOf(curve)] : (alone(placed) ?? alone([]));
    return shaped(curve, place);
  });
}

/** An edge with its label. If there is no place beside the edge, the label is drawn over it. */
export function shaped(curve: Curve, place: Placed | undefined): EdgeShape {
  const { x, y } = place ?? curve.points[curve.points.length >> 1]!;
  return { ...curve, label: { x, y, lines: wordings(curve.edge)[place?.variant ?? 0]! } };
}

/** The largest distance, in pixels, of a label from its edge if both have the same colour. */
export const FURTHEST_OF_TAKEN = 30;

export const groundOf = ({ x, y, width }: BoxShape): Rectangle => ({ x, y, width: width + 4, height: BOX_HEIGHT + 4 });

export const wordedOf = ({ edge, points }: Curve): Worded => ({ points, sizes: wordings(edge).map(sizeOf) });

function lying(width: number): Frame {
  const { left, right, top, across, below } = LYING;
  const step = (width - left - right) / 6;
  return { width, height: top + below, at: (a, b) => [left + a * step, top + b * across], isLying: true };
}

function upright(width: number): Frame {
  const { top, along, edge, below } = UPRIGHT;
  const middle = width / 2;
  return {
    width,
    height: top + 6 * along + below,
    at: (a, b) => [middle + b * (middle - edge), top + a * along],
    isLying: false,
  };
}

/** Pixels between two points of a curve. */
const STRIDE = 2;

/** The curve of an edge from the border of one box to that of the other. `lean` moves its bend along it. */
export function curveOf(edge: Edge, from: BoxShape, to: BoxShape, isLying: boolean, lean = 0.5): Curve {
  const bend = edge.bends[isLying ? 0 : 1];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [nx, ny] = [-(to.y - from.y) / length, (to.x - from.x) / length];
  const control = {
    x: from.x + (to.x - from.x) * lean + 2 * bend * nx,
    y: from.y + (to.y - from.y) * lean + 2 * bend * ny,
  };
  const begin = border(from, control);
  const end = border(to, control);
  const count = Math.ceil(length / STRIDE);
  const points = Array.from({ length: count + 1 }, (_, index) => {
    const t = index / count;
    const at = (axis: 0 | 1, middle: number) =>
      (1 - t) ** 2 * begin[axis] + 2 * t * (1 - t) * middle + t ** 2 * end[axis];
    return { x: at(0, control.x), y: at(1, control.y) };
  });
  return { edge, path: `M${begin.map(round)}Q${round(control.x)} ${round(control.y)} ${end.map(round)}`, points };
}

/** `rcv FIN / snd ACK`, but `rcv ACK of SYN`, where the second line continues the first. */
export function inOneLine({ event, action }: Edge): string {
  return [event, action].filter(Boolean).join(action.startsWith('of ') ? ' ' : ' / ');
}

/** The ways to break an edge's label into lines, the best first. */
function wordings(edge: Edge): string[][] {
  const { event, action } = edge;
  if (action === '') return [[event], event.split(/ (?=\w+$)/)];
  return [[event, action], [inOneLine(edge)], [...event.split(/(?<=,) /), action]];
}

function border({ x, y, width }: BoxShape, towards: { x: number; y: number }): [number, number] {
  const [dx, dy] = [towards.x - x, towards.y - y];
  const share = Math.min((width / 2 + 2) / Math.abs(dx || 1e-9), (BOX_HEIGHT / 2 + 2) / Math.abs(dy || 1e-9));
  return [x + dx * share, y + dy * share];
}

/** A safe width of a label's characters, which are not monospaced. */
export const LABEL_CHARACTER = 6.6;
const BOLD_CHARACTER = 7.6;

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

export function chipSize({ lines }: EdgeLabel): { width: number; height: number } {
  return sizeOf(lines);
}

function sizeOf(lines: readonly string[]): { width: number; height: number } {
  const longest = Math.max(...lines.map(({ length }) => length));
  return { width: longest * BOLD_CHARACTER + 8, height: lines.length * LINE_HEIGHT + 4 };
}
