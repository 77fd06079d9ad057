import { SentRanges } from './sent-ranges.ts';
import type { TcpSegment } from '../tcp.ts';

/** RFC 7323 §2.3: a larger shift counts as this one. */
const LARGEST_SHIFT = 14;

/**
 * What one side of a connection has sent, as far as it was seen. Its numbers are relative to its initial sequence number
 * and do not wrap: they go on beyond 2³², and below zero for what came before the first that was seen.
 */
export class FlowDirection {
  /** The sequence number of the wire that is 0 here: the SYN's, or the one before the first seen (or acknowledged). */
  initial: number | undefined;
  /** Its SYN was seen: `initial` is not a guess. */
  synSeen = false;
  /** It was seen to send anything at all. */
  hasSent = false;
  /** The number after the highest sent: SND.NXT of RFC 9293 §3.3.1. */
  next = 0;
  /** What the other side has acknowledged: SND.UNA. */
  acknowledged = 0;
  /** The receive window that it told last, in bytes. */
  window: number | undefined;
  /** What its SYN said that its windows are to be shifted by. */
  shift: number | undefined;
  sent = new SentRanges();

  /** Learns from a segment that this side sent which number is 0. */
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

  /** Learns from an acknowledgment of what was sent unseen. */
  anchorBefore(acknowledged: number): void {
    this.initial ??= (acknowledged - 1) >>> 0;
  }

  /** The relative number for one of the wire: of all that it may be, the one nearest to `next`. */
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
