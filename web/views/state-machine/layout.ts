import { EDGES, type Edge, type Node } from './edges.ts';
import type { Move } from './standing.ts';

/** The geometry of the state diagram: numbers only, which the component draws. */
export interface MachineLayout {
  width: number;
  height: number;
  boxes: BoxShape[];
  edges: EdgeShape[];
}

export interface BoxShape {
  node: Node;
  text: string;
  /** Its middle. */
  x: number;
  y: number;
  width: number;
}

export interface EdgeShape {
  edge: Edge;
  path: string;
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
/** Below this width the diagram stands upright. */
const LYING_FROM = 590;

/** Along the way of a connection, and across it: the one who opens or closes first at −1, the other at 1. */
const PLACES: Record<Node, readonly [along: number, across: number]> = {
  CLOSED: [0, 0],
  SYN_SENT: [1.1, -1],
  LISTEN: [0.95, 1],
  SYN_RCVD: [2.05, 1],
  ESTABLISHED: [2.65, 0],
  FIN_WAIT_1: [3.75, -1],
  CLOSE_WAIT: [3.75, 1],
  FIN_WAIT_2: [4.9, -1],
  CLOSING: [4.9, 0],
  LAST_ACK: [4.9, 1],
  TIME_WAIT: [6, -1],
  END: [6, 0],
};

interface Frame {
  width: number;
  height: number;
  at(along: number, across: number): [x: number, y: number];
  isLying: boolean;
}

const LYING = { edge: 50, top: 108, across: 54, below: 98 };
const UPRIGHT = { edge: 54, top: 58, along: 78, below: 34 };

export function machineLayout(room: number): MachineLayout {
  const frame = room < LYING_FROM ? upright(Math.min(room, 460)) : lying(Math.min(room, 1000));
  const boxes = (Object.keys(PLACES) as Node[]).map((node): BoxShape => {
    const [x, y] = frame.at(...PLACES[node]);
    const text = node === 'END' ? 'CLOSED' : node;
    return { node, text, x, y, width: text.length * CHARACTER + 8 };
  });
  const byNode = new Map(boxes.map((box) => [box.node, box]));
  const edges = EDGES.map((edge) => edgeShape(edge, byNode.get(edge.from)!, byNode.get(edge.to)!, frame));
  return { width: frame.width, height: frame.height, boxes, edges };
}

function lying(width: number): Frame {
  const { edge, top, across, below } = LYING;
  const step = (width - 2 * edge) / 6;
  return { width, height: top + below, at: (a, b) => [edge + a * step, top + b * across], isLying: true };
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

function edgeShape(edge: Edge, from: BoxShape, to: BoxShape, frame: Frame): EdgeShape {
  const { bend = 0, lying: aside, upright: asideUpright } = edge;
  // Turned, the diagram is mirrored as well: left becomes right.
  const curve = quadratic(from, to, frame.isLying ? bend : -bend);
  const offset = (frame.isLying ? aside : asideUpright) ?? [0, 0];
  const label = { x: curve.x + offset[0], y: curve.y + offset[1], lines: linesOf(edge) };
  return { edge, path: curve.path, label: within(label, frame) };
}

function linesOf({ event, action }: Edge): string[] {
  return [event, action].filter((line) => line !== '');
}

/** From border to border, bent aside by so many pixels in its middle. */
function quadratic(from: BoxShape, to: BoxShape, bend: number): { path: string; x: number; y: number } {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const middle = [(from.x + to.x) / 2, (from.y + to.y) / 2] as const;
  const [nx, ny] = [-(to.y - from.y) / length, (to.x - from.x) / length];
  const control = { x: middle[0] + 2 * bend * nx, y: middle[1] + 2 * bend * ny };
  const begin = border(from, control);
  const end = border(to, control);
  const path = `M${begin.map(round)}Q${round(control.x)} ${round(control.y)} ${end.map(round)}`;
  return { path, x: middle[0] + bend * nx, y: middle[1] + bend * ny };
}

function border({ x, y, width }: BoxShape, towards: { x: number; y: number }): [number, number] {
  const [dx, dy] = [towards.x - x, towards.y - y];
  const share = Math.min((width / 2 + 2) / Math.abs(dx || 1e-9), (BOX_HEIGHT / 2 + 2) / Math.abs(dy || 1e-9));
  return [x + dx * share, y + dy * share];
}

function within(label: EdgeLabel, { width }: Frame): EdgeLabel {
  const half = chipSize(label).width / 2 + 1;
  return { ...label, x: Math.min(Math.max(label.x, half), width - half) };
}

/** Width of a character of the labels, which are not monospaced: on the safe side. */
export const LABEL_CHARACTER = 6.6;
const BOLD_CHARACTER = 7.6;

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

export function chipSize({ lines }: EdgeLabel): { width: number; height: number } {
  const longest = Math.max(...lines.map(({ length }) => length));
  return { width: longest * BOLD_CHARACTER + 8, height: lines.length * LINE_HEIGHT + 4 };
}

/** Whether the words of an edge that is not emphasised would stand below those of one that is. */
export function isCovered(label: EdgeLabel, by: EdgeLabel): boolean {
  const [one, other] = [chipSize(label), chipSize(by)];
  return (
    Math.abs(label.x - by.x) < (one.width + other.width) / 2 - 4 &&
    Math.abs(label.y - by.y) < (one.height + other.height) / 2 - 4
  );
}

/** The edge that a move took; where the figure has none, one is made for it. */
export function edgeOf({ from, to, other }: Move): Edge {
  // SYN_SENT goes back to the first CLOSED in the figure, all others end in the last.
  const target: Node = to === 'CLOSED' && from !== 'SYN_SENT' && from !== 'LISTEN' ? 'END' : to;
  const drawn = EDGES.find((edge) => edge.from === from && edge.to === target);
  if (other === undefined && drawn) return drawn;
  const [event, action] = other ?? ['?', ''];
  return { from, to: target, event, action };
}

/** What is not in the figure is drawn as the figure would have it. */
export function shapeOf(edge: Edge, { boxes, width, height, edges }: MachineLayout): EdgeShape {
  const drawn = edges.find((shape) => shape.edge.from === edge.from && shape.edge.to === edge.to);
  if (drawn) return drawn.edge === edge ? drawn : { ...drawn, edge, label: { ...drawn.label, lines: linesOf(edge) } };
  const find = (node: Node) => boxes.find((box) => box.node === node) ?? boxes[0]!;
  const frame = { width, height, at: () => [0, 0] as [number, number], isLying: width >= LYING_FROM };
  return edgeShape(edge, find(edge.from), find(edge.to), frame);
}
