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
  ['CLOSED', 'SYN_SENT', 'active OPEN', 'snd SYN', 0, -3],
  ['CLOSED', 'LISTEN', 'passive OPEN', 'create TCB', -1, 0],
  ['LISTEN', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK', 0, 19],
  ['SYN_SENT', 'ESTABLISHED', 'rcv SYN,ACK', 'snd ACK', 6, -18],
  ['SYN_RCVD', 'ESTABLISHED', 'rcv ACK', 'of SYN', 9, -6],
  ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSE', 'snd FIN'],
  ['ESTABLISHED', 'CLOSE_WAIT', 'rcv FIN', 'snd ACK', -4, 0],
  ['FIN_WAIT_1', 'FIN_WAIT_2', 'rcv ACK', 'of FIN', -2, -5],
  ['FIN_WAIT_2', 'TIME_WAIT', 'rcv FIN', 'snd ACK', -3, -6],
  ['CLOSE_WAIT', 'LAST_ACK', 'CLOSE', 'snd FIN', 7, 1],
  ['LAST_ACK', 'END', 'rcv ACK', 'of FIN'],
  ['TIME_WAIT', 'END', '2 MSL timeout', '', 0, -9],
];

const OTHERS: readonly Row[] = [
  ['LISTEN', 'CLOSED', 'CLOSE', 'delete TCB'],
  ['SYN_SENT', 'CLOSED', 'CLOSE', 'delete TCB', 0, 21],
  ['LISTEN', 'SYN_SENT', 'SEND', 'snd SYN', 0, 23],
  ['SYN_SENT', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK', 0, -2],
  ['SYN_RCVD', 'LISTEN', 'rcv RST', ''],
  ['SYN_RCVD', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', 12, 0],
  ['FIN_WAIT_1', 'CLOSING', 'rcv FIN', 'snd ACK'],
  ['FIN_WAIT_1', 'TIME_WAIT', 'rcv FIN, ACK of FIN', 'snd ACK', 15, -56],
  ['CLOSING', 'TIME_WAIT', 'rcv ACK of FIN', '', -8, 0],
];

const edgesOf = (rows: readonly Row[], isMain: boolean) =>
  rows.map(([from, to, event, action, lying = 0, upright = 0]): Edge => {
    return { from, to, event, action, bends: [lying, upright], isMain };
  });

export const EDGES: readonly Edge[] = [...edgesOf(MAIN, true), ...edgesOf(OTHERS, false)];
