import type { TcpState } from '../step.ts';

/** An arrow between two states: what happens in the one, what the kernel does then, and the other. */
export interface Transition {
  from: TcpState;
  event: string;
  action: string;
  to: TcpState;
}

/** Figure 5 of RFC 9293 (§3.3.2) in its own words, with the arrow of its note 2 from FIN_WAIT_1 to TIME_WAIT. */
// prettier-ignore
export const FIGURE_5 = [
  { from: 'CLOSED', event: 'active OPEN', action: 'snd SYN', to: 'SYN_SENT' },
  { from: 'CLOSED', event: 'passive OPEN', action: 'create TCB', to: 'LISTEN' },
  { from: 'LISTEN', event: 'rcv SYN', action: 'snd SYN,ACK', to: 'SYN_RCVD' },
  { from: 'LISTEN', event: 'SEND', action: 'snd SYN', to: 'SYN_SENT' },
  { from: 'LISTEN', event: 'CLOSE', action: 'delete TCB', to: 'CLOSED' },
  { from: 'SYN_SENT', event: 'rcv SYN,ACK', action: 'snd ACK', to: 'ESTABLISHED' },
  { from: 'SYN_SENT', event: 'rcv SYN', action: 'snd SYN,ACK', to: 'SYN_RCVD' },
  { from: 'SYN_SENT', event: 'CLOSE', action: 'delete TCB', to: 'CLOSED' },
  { from: 'SYN_RCVD', event: 'rcv ACK of SYN', action: '', to: 'ESTABLISHED' },
  { from: 'SYN_RCVD', event: 'CLOSE', action: 'snd FIN', to: 'FIN_WAIT_1' },
  { from: 'SYN_RCVD', event: 'rcv RST', action: '', to: 'LISTEN' },
  { from: 'ESTABLISHED', event: 'CLOSE', action: 'snd FIN', to: 'FIN_WAIT_1' },
  { from: 'ESTABLISHED', event: 'rcv FIN', action: 'snd ACK', to: 'CLOSE_WAIT' },
  { from: 'FIN_WAIT_1', event: 'rcv ACK of FIN', action: '', to: 'FIN_WAIT_2' },
  { from: 'FIN_WAIT_1', event: 'rcv FIN', action: 'snd ACK', to: 'CLOSING' },
  { from: 'FIN_WAIT_1', event: 'rcv FIN, ACK of FIN', action: 'snd ACK', to: 'TIME_WAIT' },
  { from: 'FIN_WAIT_2', event: 'rcv FIN', action: 'snd ACK', to: 'TIME_WAIT' },
  { from: 'CLOSE_WAIT', event: 'CLOSE', action: 'snd FIN', to: 'LAST_ACK' },
  { from: 'CLOSING', event: 'rcv ACK of FIN', action: '', to: 'TIME_WAIT' },
  { from: 'LAST_ACK', event: 'rcv ACK of FIN', action: '', to: 'CLOSED' },
  { from: 'TIME_WAIT', event: '2 MSL timeout', action: '', to: 'CLOSED' },
] as const satisfies readonly Transition[];

/** RFC 9293 §3.10.7.4 has one more that the figure leaves out: a FIN may arrive before our SYN is acknowledged. */
export const FIN_IN_SYN_RCVD = {
  from: 'SYN_RCVD',
  event: 'rcv FIN',
  action: 'snd ACK',
  to: 'CLOSE_WAIT',
} as const satisfies Transition;

export type TcpEvent = (typeof FIGURE_5)[number]['event'];

const NEXT: Partial<Record<TcpState, Partial<Record<TcpEvent, TcpState>>>> = {};
for (const { from, event, to } of [...FIGURE_5, FIN_IN_SYN_RCVD]) (NEXT[from] ??= {})[event] = to;

/** The state after an event; the same if the table has no arrow for it. */
export function stateAfter(state: TcpState, event: TcpEvent): TcpState {
  return NEXT[state]?.[event] ?? state;
}
