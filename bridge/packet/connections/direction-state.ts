import { grown } from './grown.ts';
import { ACK, SYN } from './marks.ts';
import type { SegmentOptions } from './segment-options.ts';

// What is kept for each direction of each connection: numbers in one array, times in another, and bits in one number.

/** Where in the numbers of a direction each one stands. */
export const BASE = 0;
/** The number after the highest seen. */
export const NEXT = 1;
/** The acknowledgment, window and bits that it sent last. */
export const LAST_ACK = 2;
export const WINDOW = 3;
export const DUPLICATES = 4;
/** The highest number beyond `NEXT` that the other side has acknowledged and that was reported. */
export const REPORTED = 5;
export const BITS = 6;
export const STRIDE = 7;

export const BASE_SET = 1;
/** It has sent a segment. */
export const SEEN = 1 << 1;
export const HAS_MISSING = 1 << 2;
export const HAS_BLOCKS = 1 << 3;
/** Its last segment was a SYN, whose window is not scaled (RFC 7323 §2.2). */
export const WINDOW_OF_SYN = 1 << 4;
export const REPORTED_SET = 1 << 5;
export const SYN_SEEN = 1 << 6;
/** The shift of its windows is known: six bits more hold it. */
export const SHIFT_KNOWN = 1 << 7;
export const SHIFT_AT = 8;
export const SHIFT_MASK = 0x3f << SHIFT_AT;
/** What the last segment was. */
export const LAST_KEEP_ALIVE = 1 << 14;
export const LAST_PROBE = 1 << 15;
/** It has acknowledged something. */
export const HAS_ACKED = 1 << 16;

export const NEXT_TIME = 0;
export const ACK_TIME = 1;
export const TIMES = 2;

/** The state of all directions of all connections, in typed arrays. A direction begins at a multiple of `STRIDE`. */
export class DirectionStates {
  numbers = new Uint32Array(64 * STRIDE);
  times = new Float64Array(64 * TIMES);

  /** The raw number that counts as 0 in this direction, or undefined if nothing is known of it. */
  baseOf(connection: number, direction: number): number | undefined {
    const at = (2 * connection + direction) * STRIDE;
    return this.numbers[at + BITS]! & BASE_SET ? this.numbers[at + BASE] : undefined;
  }

  /** The number after the highest that was seen, raw. */
  nextOf(connection: number, direction: number): number {
    return this.numbers[(2 * connection + direction) * STRIDE + NEXT]!;
  }

  /** The bits by which this direction's windows are shifted. Undefined if the capture does not show it. */
  shiftOf(connection: number, direction: number): number | undefined {
    const bits = this.numbers[(2 * connection + direction) * STRIDE + BITS]!;
    return bits & SHIFT_KNOWN ? (bits & SHIFT_MASK) >> SHIFT_AT : undefined;
  }

  /** A connection with this number begins. */
  begin(connection: number): void {
    const last = 2 * connection + 2;
    this.numbers = grown(this.numbers, last * STRIDE);
    this.times = grown(this.times, last * TIMES);
  }

  /** Sets the numbers that count as 0. Returns whether the sender begins anew. */
  anchor(own: number, other: number, seq: number, ack: number, flags: number): boolean {
    const numbers = this.numbers;
    if (!(numbers[own + BITS]! & BASE_SET)) {
      numbers[own + BASE] = flags & SYN ? seq : seq - 1;
      numbers[own + BITS]! |= BASE_SET;
    }
    // A server without memory of its first SYN+ACK (SYN cookies) sends another with a number of its own.
    const restarts = (flags & (SYN | ACK)) === (SYN | ACK) && numbers[own + BASE] !== seq;
    if (restarts) this.#restart(own, seq);
    if (flags & ACK && !(numbers[other + BITS]! & BASE_SET)) {
      numbers[other + BASE] = ack - 1;
      numbers[other + BITS]! |= BASE_SET;
    }
    return restarts;
  }

  #restart(own: number, seq: number): void {
    this.numbers.fill(0, own, own + STRIDE);
    this.numbers[own + BASE] = seq;
    this.numbers[own + BITS] = BASE_SET;
  }

  /** Windows are scaled only if both SYNs have the option. */
  takeSyn(own: number, other: number, flags: number, { windowShift }: SegmentOptions): void {
    if (windowShift < 0) {
      this.#setShift(own, 0);
      this.#setShift(other, 0);
    } else if (flags & ACK && this.numbers[other + BITS]! & SYN_SEEN && this.#isUnscaled(other)) this.#setShift(own, 0);
    else this.#setShift(own, windowShift);
    this.numbers[own + BITS]! |= SYN_SEEN;
  }

  #isUnscaled(at: number): boolean {
    return (this.numbers[at + BITS]! & (SHIFT_KNOWN | SHIFT_MASK)) === SHIFT_KNOWN;
  }

  #setShift(at: number, shift: number): void {
    this.numbers[at + BITS] = (this.numbers[at + BITS]! & ~SHIFT_MASK) | SHIFT_KNOWN | (shift << SHIFT_AT);
  }
}
