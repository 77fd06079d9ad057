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
  bend?: number | undefined;
  /** How far its label stands from its middle, in the lying and in the upright diagram. */
  lying?: Offset | undefined;
  upright?: Offset | undefined;
  /** Of the paths that an ordinary connection takes: its label is always there. */
  isMain?: boolean;
}

type Offset = readonly [x: number, y: number];
type Row = readonly [Node, Node, event: string, action: string, lying?: Offset, upright?: Offset, bend?: number];

const MAIN: readonly Row[] = [
  ['CLOSED', 'SYN_SENT', 'active OPEN', 'snd SYN', [-34, -24], [-40, -14]],
  ['CLOSED', 'LISTEN', 'passive OPEN', 'create TCB', [-30, 26], [48, -15]],
  ['LISTEN', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK', [0, 28], [-42, 0]],
  ['SYN_SENT', 'ESTABLISHED', 'rcv SYN,ACK', 'snd ACK', [14, -26], [-46, 10]],
  ['SYN_RCVD', 'ESTABLISHED', 'rcv ACK', 'of SYN', [35, 22], [44, 20]],
  ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', [52, 9], [-40, -12]],
  ['ESTABLISHED', 'CLOSE_WAIT', 'rcv FIN', 'snd ACK', [52, -9], [40, -12]],
  ['FIN_WAIT_1', 'FIN_WAIT_2', 'rcv ACK', 'of FIN', [0, -29], [30, 0]],
  ['FIN_WAIT_2', 'TIME_WAIT', 'rcv FIN', 'snd ACK', [0, -29], [30, 0]],
  ['CLOSE_WAIT', 'LAST_ACK', 'CLOSE', 'snd FIN', [0, 28], [-30, 0]],
  ['LAST_ACK', 'END', 'rcv ACK', 'of FIN', [30, 24], [42, 13]],
  ['TIME_WAIT', 'END', '2 MSL timeout', '', [-50, 0], [0, 22]],
];

const OTHERS: readonly Row[] = [
  ['LISTEN', 'CLOSED', 'CLOSE', 'delete TCB', [0, 20], [40, 0], 9],
  ['SYN_SENT', 'CLOSED', 'CLOSE', 'delete TCB', [0, -20], [-30, 0], -9],
  ['LISTEN', 'SYN_SENT', 'SEND', 'snd SYN'],
  ['SYN_SENT', 'SYN_RCVD', 'rcv SYN', 'snd SYN,ACK'],
  ['SYN_RCVD', 'LISTEN', 'rcv RST', '', [0, -8], [0, 0], 8],
  ['SYN_RCVD', 'FIN_WAIT_1', 'CLOSE', 'snd FIN', [0, 0], [0, 0], 34],
  ['FIN_WAIT_1', 'CLOSING', 'rcv FIN', 'snd ACK'],
  ['FIN_WAIT_1', 'TIME_WAIT', 'rcv FIN, ACK of FIN', 'snd ACK', [0, 0], [-12, 45], 27],
  ['CLOSING', 'TIME_WAIT', 'rcv ACK of FIN', ''],
];

const edgesOf = (rows: readonly Row[], isMain: boolean) =>
  rows.map(([from, to, event, action, lying, upright, bend]): Edge => ({
    ...{ from, to, event, action, lying, upright, bend, isMain },
  }));

export const EDGES: readonly Edge[] = [...edgesOf(MAIN, true), ...edgesOf(OTHERS, false)];
