import { SentRanges } from './sent-ranges.ts';
import type { TcpSegment } from '../tcp.ts';

/** The largest shift of a window: a larger one counts as this (RFC 7323 §2.3). */
const LARGEST_SHIFT = 14;

/**
 * What one side of a connection has been seen to send. Numbers are relative to its initial sequence number. They do not
 * wrap: they continue beyond 2³², and are negative for what came before the first segment that was seen.
 */
export class FlowDirection {
  /** The raw sequence number that counts as 0: the SYN's, or the one before the first that was seen or acknowledged. */
  initial: number | undefined;
  /** Whether its SYN was seen. If not, `initial` is a guess. */
  synSeen = false;
  /** Whether it was seen to send anything. */
  hasSent = false;
  /** The number after the highest sent: SND.NXT of RFC 9293 §3.3.1. */
  next = 0;
  /** The number up to which the other side has acknowledged: SND.UNA. */
  acknowledged = 0;
  /** The receive window that it announced last, in bytes. */
  window: number | undefined;
  /** The shift of its windows, from its SYN. */
  shift: number | undefined;
  sent = new SentRanges();

  /** Sets the initial sequence number from a segment that this side sent. */
  anchor({ seq, flags, options }: TcpSegment): void {
    if (!flags.includes('SYN')) this.initial ??= (seq - 1) >>> 0;
    else {
      // A server without memory of its first SYN+ACK (SYN cookies) sends another with a number of its own.
      if (!this.synSeen || this.initial !== seq) this.#begin(seq);
      const scale = options.find((option) => option.name === 'window-scale');
      this.shift = scale ? Math.min(scale.shift, LARGEST_SHIFT) : undefined;
    }
    this.hasSent = true;
  }

  /** Sets the initial sequence number from the other side's acknowledgment, if no segment has set it. */
  anchorBefore(acknowledged: number): void {
    this.initial ??= (acknowledged - 1) >>> 0;
  }

  /** The relative number for a raw one. Of all candidates it is the one nearest to `next`. */
  relative(raw: number): number {
    return this.next + ((raw - (this.initial ?? 0) - this.next) | 0);
  }

  #begin(initial: number): void {
    this.initial = initial;
    this.synSeen = true;
    this.next = 0;
    this.acknowledged = 0;
    this.sent = new SentRanges();
  }
}
