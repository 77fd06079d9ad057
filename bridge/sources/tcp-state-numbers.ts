import type { TcpState } from '../trace/step.ts';

/**
 * The numbers of TCP's states in Linux: include/net/tcp_states.h. 12 is TCP_NEW_SYN_RECV, a connection whose handshake is
 * not complete.
 */
export const STATES_BY_NUMBER: { readonly [number: number]: TcpState } = {
  1: 'ESTABLISHED',
  2: 'SYN_SENT',
  3: 'SYN_RCVD',
  4: 'FIN_WAIT_1',
  5: 'FIN_WAIT_2',
  6: 'TIME_WAIT',
  7: 'CLOSED',
  8: 'CLOSE_WAIT',
  9: 'LAST_ACK',
  10: 'LISTEN',
  11: 'CLOSING',
  12: 'SYN_RCVD',
};
