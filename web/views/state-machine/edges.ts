import type { TcpState } from '../../../bridge/trace/step.ts';

/** `END` is CLOSED once more, where connections end: figure 5 of RFC 9293 draws it twice, too. */
export type Node = TcpState | 'END';

/** An edge of figure 5 of RFC 9293 (§3.3.2), with the words that stand there: what happens, and what is done. */
export interface Edge {
  from: Node;
  to: Node;
  event: string;
  action: string;
  /** How far it is bent aside in its middle, in pixels, to the right of its direction: in the lying and in the upright diagram. */
  bends: readonly [lying: number, upright: number];
  /** Of the paths that an ordinary connection takes: its label is always there. */
  isMain?: boolean;
}

type Row = readonly [Node, Node, event: string, action: string, lying?: number, upright?: number];

const MAIN: readonly Row[] = [
  ['CLOSED', 'SYN_SENT', 'active OPEN', 'snd SYN', 0, 6],
  ['CLOSED', 'LISTEN', 'passive OPEN', 'create TCB'],
  ['LISTEN', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK', 14, 8],
  ['SYN_SENT', 'ESTABLISHED', 'rcv SYN,ACK', 'snd ACK', 2, -3],
  ['SYN_RCVD', 'ESTABLISHED', 'rcv ACK', 'of SYN', 15, -4],
  ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', -4, -4],
  ['ESTABLISHED', 'CLOSE_WAIT', 'rcv FIN', 'snd ACK'],
  ['FIN_WAIT_1', 'FIN_WAIT_2', 'rcv ACK', 'of FIN', -2, 0],
  ['FIN_WAIT_2', 'TIME_WAIT', 'rcv FIN', 'snd ACK', -3, -5],
  ['CLOSE_WAIT', 'LAST_ACK', 'CLOSE', 'snd FIN', 3, 0],
  ['LAST_ACK', 'END', 'rcv ACK', 'of FIN'],
  ['TIME_WAIT', 'END', '2 MSL timeout', ''],
];

const OTHERS: readonly Row[] = [
  ['LISTEN', 'CLOSED', 'CLOSE', 'delete TCB', 9, -9],
  ['SYN_SENT', 'CLOSED', 'CLOSE', 'delete TCB', -8, 2],
  ['LISTEN', 'SYN_SENT', 'SEND', 'snd SYN', 0, -1],
  ['SYN_SENT', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK'],
  ['SYN_RCVD', 'LISTEN', 'rcv RST', '', 6, 0],
  ['SYN_RCVD', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', 12, 0],
  ['FIN_WAIT_1', 'CLOSING', 'rcv FIN', 'snd ACK'],
  ['FIN_WAIT_1', 'TIME_WAIT', 'rcv FIN, ACK of FIN', 'snd ACK', 14, -47],
  ['CLOSING', 'TIME_WAIT', 'rcv ACK of FIN', ''],
];

const edgesOf = (rows: readonly Row[], isMain: boolean) =>
  rows.map(([from, to, event, action, lying = 0, upright = 0]): Edge => {
    return { from, to, event, action, bends: [lying, upright], isMain };
  });

export const EDGES: readonly Edge[] = [...edgesOf(MAIN, true), ...edgesOf(OTHERS, false)];
