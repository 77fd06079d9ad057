import type { TcpState } from '../../../bridge/trace/step.ts';
import { FIGURE_5 } from '../../../bridge/trace/tcp/state-table.ts';

/** `END` is a second box for CLOSED, at the end of connections. Figure 5 of RFC 9293 draws it twice, too. */
export type Node = TcpState | 'END';

/** An edge of figure 5 of RFC 9293 (§3.3.2), with its words: what happens, and what the kernel does. */
export interface Edge {
  from: Node;
  to: Node;
  event: string;
  action: string;
  /** How far its middle is bent to the right of its direction, in pixels, in the lying and in the upright diagram. */
  bends: readonly [lying: number, upright: number];
  /** Whether an ordinary connection may take it. Its label is always shown then. */
  isMain?: boolean;
}

type Arrow = (typeof FIGURE_5)[number];
type ArrowName<Of = Arrow> = Of extends Arrow ? `${Of['from']} ${Of['to']}` : never;
type Bends = Edge['bends'];

/** The words of a label in another language. None is much longer than in the figure's, so labels keep their places. */
export function translated(label: string, words: Readonly<Record<string, string>>): string {
  return Object.entries(words).reduce(
    (text, [figures, own]) => text.replace(new RegExp(`\\b${figures}\\b`, 'g'), own),
    label,
  );
}

/** In the order in which their labels are placed. A search found these bends: see `layout.ts`. */
const MAIN = {
  'CLOSED SYN_SENT': [0, 6],
  'CLOSED LISTEN': [0, 0],
  'LISTEN SYN_RCVD': [14, 8],
  'SYN_SENT ESTABLISHED': [2, -3],
  'SYN_RCVD ESTABLISHED': [15, -4],
  'ESTABLISHED FIN_WAIT_1': [-4, -4],
  'ESTABLISHED CLOSE_WAIT': [0, 0],
  'FIN_WAIT_1 FIN_WAIT_2': [-2, 0],
  'FIN_WAIT_2 TIME_WAIT': [-3, -5],
  'CLOSE_WAIT LAST_ACK': [3, 0],
  'LAST_ACK CLOSED': [0, 0],
  'TIME_WAIT CLOSED': [0, 0],
} as const satisfies Partial<Record<ArrowName, Bends>>;

const OTHERS: Record<Exclude<ArrowName, keyof typeof MAIN>, Bends> = {
  'LISTEN CLOSED': [9, -9],
  'SYN_SENT CLOSED': [-8, 2],
  'LISTEN SYN_SENT': [0, -1],
  'SYN_SENT SYN_RCVD': [0, 0],
  'SYN_RCVD LISTEN': [6, 0],
  'SYN_RCVD FIN_WAIT_1': [12, 0],
  'FIN_WAIT_1 CLOSING': [0, 0],
  'FIN_WAIT_1 TIME_WAIT': [14, -47],
  'CLOSING TIME_WAIT': [0, 0],
};

/** The box to which an arrow leads: from SYN_SENT and LISTEN back to the first CLOSED, otherwise to the last. */
export function targetOf(from: TcpState, to: TcpState): Node {
  return to === 'CLOSED' && from !== 'SYN_SENT' && from !== 'LISTEN' ? 'END' : to;
}

const edgesOf = (bends: Readonly<Record<string, Bends>>, isMain: boolean) =>
  Object.entries(bends).map(([name, bend]): Edge => {
    const { from, to, event, action } = FIGURE_5.find((arrow) => `${arrow.from} ${arrow.to}` === name)!;
    // The label of a main arrow may take two lines.
    const [first, second = action] = isMain ? event.split(/ (?=of )/) : [event];
    return { from, to: targetOf(from, to), event: first!, action: second, bends: bend, isMain };
  });

export const EDGES: readonly Edge[] = [...edgesOf(MAIN, true), ...edgesOf(OTHERS, false)];
