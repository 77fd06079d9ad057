import type { Side } from './step.ts';

/**
 * How the lab's link treats the packets of one run. The settings apply to each direction separately, and a percentage
 * is the chance of each packet. A setting that is left out has no effect.
 */
export interface LinkSettings {
  /** Milliseconds that each packet takes. */
  delayMs?: number;
  /** Milliseconds that a packet may take longer or shorter, at random. Packets stay in order. */
  jitterMs?: number;
  lossPercent?: number;
  duplicatePercent?: number;
  /** The chance that later packets overtake a packet. */
  reorderPercent?: number;
  /** Thousands of bits per second. Packets queue behind each other. */
  kbitPerSecond?: number;
  /** Bytes of the largest IP packet: the client's maximum segment size is 40 less (RFC 9293 §3.7.1). */
  mtu?: number;
  /** Seed of the random numbers: with the same seed, the same packets meet the same faults. */
  seed?: number;
  /**
   * Holds segments until the viewer lets them go: all of them, or those that match. Segments that are sent behind a held
   * one in the same direction wait for it.
   */
  hold?: boolean | SegmentSelector[];
  /** Held segments may be overtaken by those sent behind them. Has no effect without `hold`. */
  mayOvertake?: boolean;
  /** Segments to lose on purpose. */
  drop?: SegmentSelector[];
}

/** The kinds of segment. A segment that fits several is RST before SYN, SYN before FIN, and FIN before data. */
export const SEGMENT_KINDS = ['SYN', 'SYN+ACK', 'ACK', 'data', 'FIN', 'RST'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

/** Selects segments of a run. A property that is left out matches every segment. */
export interface SegmentSelector {
  from?: Side;
  kind?: SegmentKind;
  /** Selects the nth match, counted from 1. The first by default. */
  nth?: number;
  /** Selects every match from the `nth` on. */
  every?: boolean;
}

/** What a viewer may do with a held segment. */
export type WireAction = 'deliver' | 'drop' | 'duplicate';
