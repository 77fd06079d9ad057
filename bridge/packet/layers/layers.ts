/**
 * Finds the TCP segments in captured frames, through whatever lies around them: links, tags, tunnels. It makes no object
 * for a frame, because it runs for each frame of files that are as large as a disk allows. It never throws: what carries
 * no TCP, or cannot be read, has a reason. It must not know connections, files or times.
 *
 *     frame ─▶ link type ─▶ ethernet, ppp, wireless, cooked ─▶ ip ─▶ segment ─▶ onSegment
 *                              ▲                                │
 *                              └────────── tunnels ◀────────────┘
 */

/** Why a frame, or a part of one, gives no segment. The codes are stable. */
export const REASONS = [
  'NOT_IP',
  'NOT_TCP',
  'NOT_DATA',
  'ENCRYPTED',
  'FRAGMENT',
  'TRUNCATED',
  'BAD_HEADER_LENGTH',
  'BAD_TOTAL_LENGTH',
  'TOO_DEEP',
  'UNSUPPORTED_LINK_TYPE',
  'NO_INTERFACE',
] as const;

export type Reason = (typeof REASONS)[number];

/**
 * What the reader of one layer works with. `at` is where the layer begins, `end` where the captured bytes end.
 * `RFC 791` and its like have the layouts; each file says which.
 */
export interface Layers {
  /** The frame's bytes, or those of a packet that was put together from fragments. */
  bytes: Uint8Array;
  /** How many bytes after `end` were on the wire, but were not captured. */
  cut: number;
  /** What follows is an IP packet of either version. */
  ip(at: number, end: number): void;
  /** What follows belongs to this EtherType. */
  etherType(type: number, at: number, end: number): void;
  ethernet(at: number, end: number): void;
  /** What follows an IP header, or is put together: of this protocol number. `wireEnd`: where it ended on the wire. */
  transport(protocol: number, at: number, end: number, wireEnd: number): void;
  linkType(type: number, at: number, end: number): void;
  unread(reason: Reason): void;
}
