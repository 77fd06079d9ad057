import { ACK, FIN, RST, SYN } from './marks.ts';

/**
 * What a connection has gone through, as bits. Each has a twin for the other direction: one more to the left. The first
 * of the two is of the side that was seen first.
 */
export const SYN_SENT = 1;
export const SYN_ANSWERED = 1 << 2;
export const HANDSHAKE_DONE = 1 << 4;
export const FIN_SENT = 1 << 6;
export const RST_SENT = 1 << 8;
/** Who sent the first FIN or RST. */
export const ENDED_FIRST = 1 << 10;
export const DATA_SENT = 1 << 12;
/** An acknowledgment of this side's FIN was seen. */
export const FIN_ACKED = 1 << 14;
/** Of the connection, not of a side: another had the same addresses and ports before. */
export const REUSES_PORTS = 1 << 16;

const BOTH = 3;

/** Whether either side has this bit. */
export function either(state: number, bit: number): boolean {
  return (state & (bit * BOTH)) !== 0;
}

export function both(state: number, bit: number): boolean {
  return (state & (bit * BOTH)) === bit * BOTH;
}

export function has(state: number, bit: number, direction: number): boolean {
  return (state & (bit << direction)) !== 0;
}

/**
 * The state after a segment.
 * @param direction of the segment, 0 or 1
 * @param acksAll whether it acknowledges all that the other side was seen to send
 */
export function stateAfter(state: number, direction: number, flags: number, length: number, acksAll: boolean): number {
  const other = 1 - direction;
  let next = length > 0 ? state | (DATA_SENT << direction) : state;
  if (flags & SYN) next |= (flags & ACK ? SYN_ANSWERED : SYN_SENT) << direction;
  else if (flags & ACK && !(flags & RST) && has(state, SYN_ANSWERED, other)) next |= HANDSHAKE_DONE << direction;
  if (flags & ACK && acksAll && has(state, FIN_SENT, other)) next |= FIN_ACKED << other;
  if ((flags & (FIN | RST)) !== 0 && !either(state, ENDED_FIRST)) next |= ENDED_FIRST << direction;
  if (flags & FIN) next |= FIN_SENT << direction;
  if (flags & RST) next |= RST_SENT << direction;
  return next;
}
