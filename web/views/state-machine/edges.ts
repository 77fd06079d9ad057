import type { TcpState } from '../../../bridge/trace/step.ts';

/** `END` is CLOSED once more, where connections end: figure 5 of RFC 9293 draws it twice, too. */
export type Node = TcpState | 'END';

/** An edge of figure 5 of RFC 9293 (§3.3.2), with the words that stand there: what happens, and what is done. */
export interface Edge {
  from: Node;
  to: Node;
  event: string;
  action: string;
  /** How far it is bent aside, in pixels; to the right of its direction where positive. */
  bend?: number;
  /** Where its label stands, from its middle, in the lying and in the upright diagram; absent where there is no room for one. */
  lying?: readonly [x: number, y: number];
  upright?: readonly [x: number, y: number];
}

type Row = readonly [Node, Node, string, string, number?, (readonly [number, number])?, (readonly [number, number])?];

const ROWS: readonly Row[] = [
  ['CLOSED', 'SYN_SENT', 'active OPEN', 'snd SYN', 0, [-34, -24], [-36, -14]],
  ['CLOSED', 'LISTEN', 'passive OPEN', 'create TCB', 0, [-30, 26], [42, -14]],
  ['LISTEN', 'CLOSED', 'CLOSE', 'delete TCB', 9],
  ['SYN_SENT', 'CLOSED', 'CLOSE', 'delete TCB', -9],
  ['LISTEN', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK', 0, [0, 28], [-40, 0]],
  ['LISTEN', 'SYN_SENT', 'SEND', 'snd SYN'],
  ['SYN_SENT', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK'],
  ['SYN_RCVD', 'LISTEN', 'rcv RST', '', 8],
  ['SYN_SENT', 'ESTABLISHED', 'rcv SYN,ACK', 'snd ACK', 0, [14, -26], [-22, 10]],
  ['SYN_RCVD', 'ESTABLISHED', 'rcv ACK', 'of SYN', 0, [24, 14], [46, 12]],
  ['SYN_RCVD', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', 34],
  ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', 0, [-10, -28], [-40, -12]],
  ['ESTABLISHED', 'CLOSE_WAIT', 'rcv FIN', 'snd ACK', 0, [4, 26], [42, -12]],
  ['FIN_WAIT_1', 'FIN_WAIT_2', 'rcv ACK', 'of FIN', 0, [0, -28], [-2, 0]],
  ['FIN_WAIT_1', 'CLOSING', 'rcv FIN', 'snd ACK'],
  ['FIN_WAIT_1', 'TIME_WAIT', 'rcv FIN, ACK of FIN', 'snd ACK', 22],
  ['FIN_WAIT_2', 'TIME_WAIT', 'rcv FIN', 'snd ACK', 0, [0, -28], [-2, 0]],
  ['CLOSING', 'TIME_WAIT', 'rcv ACK of FIN', ''],
  ['CLOSE_WAIT', 'LAST_ACK', 'CLOSE', 'snd FIN', 0, [0, 28], [-2, 0]],
  ['LAST_ACK', 'END', 'rcv ACK', 'of FIN', 0, [30, 24], [40, 6]],
  ['TIME_WAIT', 'END', 'timeout', '2 MSL', 0, [-26, 0], [-10, 24]],
];

export const EDGES: readonly Edge[] = ROWS.map(([from, to, event, action, bend, lying, upright]) => ({
  from,
  to,
  event,
  action,
  ...(bend !== undefined && { bend }),
  ...(lying && { lying }),
  ...(upright && { upright }),
}));
