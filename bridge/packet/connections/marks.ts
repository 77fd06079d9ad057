import type { Mark } from '../../trace/step.ts';

/**
 * What can be said of a segment besides its fields, from the segments before it. Each is a bit, because the index of a
 * large file counts them for each segment. `docs/captures.md` defines them, and says where another decoder differs.
 */
export const MARK = {
  /** Bytes that were sent before. */
  retransmission: 1,
  /** The same, in answer to duplicate acknowledgments (RFC 5681 §3.2). */
  'fast-retransmission': 1 << 1,
  /** The same, though all its bytes had been acknowledged. */
  'spurious-retransmission': 1 << 2,
  /** Bytes that were missing so far, so soon that the network, not the sender, changed the order. */
  'out-of-order': 1 << 3,
  'duplicate-ack': 1 << 4,
  /** The bytes before this segment have not been captured, so far. */
  'previous-not-captured': 1 << 5,
  /** It acknowledges bytes that were not captured. */
  'acked-not-captured': 1 << 6,
  'keep-alive': 1 << 7,
  'keep-alive-ack': 1 << 8,
  /** The sender has no room for a single byte. */
  'zero-window': 1 << 9,
  /** It fills the other side's window to the last byte. */
  'window-full': 1 << 10,
  'window-probe': 1 << 11,
  'window-probe-ack': 1 << 12,
  'window-update': 1 << 13,
  /** A SYN with another number than the one before it, between the same addresses and ports. */
  'port-reused': 1 << 14,
  /** It reports bytes that arrived twice (RFC 2883). */
  'duplicate-sack': 1 << 15,
} as const satisfies Record<Mark, number>;

export type { Mark };

export const REPEATED = MARK.retransmission | MARK['fast-retransmission'] | MARK['spurious-retransmission'];

export function marksIn(bits: number): Mark[] {
  return (Object.keys(MARK) as Mark[]).filter((mark) => (bits & MARK[mark]) !== 0);
}

/** Bits of a TCP header's flags, with the fourth reserved one: accurate ECN (RFC 9768). */
export const FIN = 0x001;
export const SYN = 0x002;
export const RST = 0x004;
export const PSH = 0x008;
export const ACK = 0x010;
