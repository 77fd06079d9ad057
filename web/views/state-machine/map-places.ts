/**
 * The geometry of the small state map: the figure of StateMachine.svelte without words on its edges, in three columns.
 * It must not know traces, steps or the cursor.
 *
 *              CLOSED
 *     SYN_SENT           LISTEN
 *         ESTABLISHED    SYN_RCVD
 *     FIN_WAIT_1         CLOSE_WAIT
 *     FIN_WAIT_2 CLOSING LAST_ACK
 *     TIME_WAIT          CLOSED
 */

import { EDGES, type Node } from './edges.ts';

const ROW = 27;
const COLUMN = 50;
export const MAP = { width: 300, height: 6 * ROW, box: 92, boxHeight: 18 } as const;

/** Column and row of each state: the columns stand at 1, 3 and 5. */
const PLACES: Record<Node, readonly [column: number, row: number]> = {
  CLOSED: [3, 0],
  SYN_SENT: [1, 1],
  LISTEN: [5, 1],
  ESTABLISHED: [2.5, 2],
  SYN_RCVD: [5, 2],
  FIN_WAIT_1: [1, 3],
  CLOSE_WAIT: [5, 3],
  FIN_WAIT_2: [1, 4],
  CLOSING: [3, 4],
  LAST_ACK: [5, 4],
  TIME_WAIT: [1, 5],
  END: [5, 5],
};

/** The middle of a state's box. */
export function placeOf(node: Node): { x: number; y: number } {
  const [column, row] = PLACES[node];
  return { x: column * COLUMN, y: (row + 0.5) * ROW };
}

export const BOXES = (Object.keys(PLACES) as Node[]).map((node) => ({
  node,
  text: textOf(node),
  ...placeOf(node),
}));

/** What is written in its box. */
export function textOf(node: Node): string {
  return node === 'END' ? 'CLOSED' : node;
}

/** A line from the middle of one box to that of another; the boxes are drawn over its ends. `aside` moves it sideways. */
export function lineBetween(from: Node, to: Node, aside = 0): string {
  const [a, b] = [placeOf(from), placeOf(to)];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [x, y] = [(-(b.y - a.y) / length) * aside, ((b.x - a.x) / length) * aside];
  return `M${round(a.x + x)} ${round(a.y + y)}L${round(b.x + x)} ${round(b.y + y)}`;
}

/** The lines that an ordinary connection may take. */
export const WAYS = EDGES.filter(({ isMain }) => isMain).map(({ from, to }) => lineBetween(from, to));

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
