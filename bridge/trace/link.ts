import type { Side } from './step.ts';

/**
 * How the lab's link treats the packets of one run. Each direction by itself; percentages are the chance of each packet.
 * What is left out is not done.
 */
export interface LinkSettings {
  /** Milliseconds that each packet is under way. */
  delayMs?: number;
  /** Milliseconds that it may take longer, or shorter, at random; packets stay in order. */
  jitterMs?: number;
  lossPercent?: number;
  duplicatePercent?: number;
  /** The chance that a packet is overtaken by those behind it. */
  reorderPercent?: number;
  /** Bits per second, in thousands: packets queue behind each other. */
  kbitPerSecond?: number;
  /** Bytes of the largest IP packet: the client's maximum segment size is 40 less (RFC 9293 §3.7.1). */
  mtu?: number;
  /** Where the random numbers begin: the same seed gives the same faults to the same packets. */
  seed?: number;
  /** Keep segments until the viewer lets them go: all, or those that match. */
  hold?: boolean | SegmentSelector[];
  /** Segments that are lost on purpose. */
  drop?: SegmentSelector[];
}

/** The kinds of segment. A segment that fits several is RST before SYN, SYN before FIN, and FIN before data. */
export const SEGMENT_KINDS = ['SYN', 'SYN+ACK', 'ACK', 'data', 'FIN', 'RST'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

/** Chooses segments of a run. What is left out does not matter. */
export interface SegmentSelector {
  from?: Side;
  kind?: SegmentKind;
  /** Which of those that match, from 1; by default the first. */
  nth?: number;
  /** All that match, from the `nth` on. */
  every?: boolean;
}

/** What a viewer may do with a segment that is held. */
export type WireAction = 'deliver' | 'drop' | 'duplicate';
