import { monotonicUs, realtimeOffsetUs } from '../../machine/clock.ts';

/** This machine's clocks: CLOCK_MONOTONIC in microseconds, CLOCK_REALTIME in whole milliseconds, and what lies between. */
export interface Clocks {
  monotonicUs(): number;
  realtimeMs(): number;
  /** By how much CLOCK_REALTIME is ahead, in microseconds, exactly: this takes a millisecond or more. */
  realtimeOffsetUs(): number;
}

const MACHINE: Clocks = { monotonicUs, realtimeMs: () => Date.now(), realtimeOffsetUs };

/** Microseconds by which the comparison of the clocks, and each look at them, may be wrong on a busy machine. */
const CLOCK_ERROR_US = 500;
/** Microseconds within which each packet is read; 130 are usual. */
const READ_WITHIN_US = 1_000_000;

/** When a packet came by. */
export interface CaptureTime {
  /** Microseconds of CLOCK_MONOTONIC. */
  at: number;
  /** False: the clock was set so that it cannot be told whether the stamp was made before or after that. */
  sure: boolean;
}

/**
 * From the stamps of tcpdump, which are of CLOCK_REALTIME, to CLOCK_MONOTONIC. The two drift together; but somebody may
 * set the realtime clock, by more than a millisecond or two, and then packets still on their way have stamps of before:
 * a packet comes after the one before it, and is read at most a second later, which tells the one from the other.
 *
 *     ── packets, read late ──▶│ set │── packets ──▶
 *      stamp − offset before         stamp − offset now
 */
export class CaptureClock {
  readonly #clocks: Clocks;
  #offsetUs: number;
  /** What it was before the clock was set, and when that was seen; absent when no packet from before can come any more. */
  #before: { offsetUs: number; seenAt: number } | undefined;
  #lastAt = -Infinity;

  constructor(clocks: Clocks = MACHINE) {
    this.#clocks = clocks;
    this.#offsetUs = clocks.realtimeOffsetUs();
  }

  /** @param stamp of a packet that was read just now: nanoseconds since 1970. Packets come in the order of their capture. */
  read(stamp: bigint): CaptureTime {
    const now = this.#clocks.monotonicUs();
    this.#compare(now);
    const time = this.#timeOf(stamp, now);
    this.#lastAt = Math.max(this.#lastAt, time.at);
    return time;
  }

  #compare(now: number): void {
    const aheadUs = this.#clocks.realtimeMs() * 1000 - now - this.#offsetUs;
    // Of the realtime clock only whole milliseconds were read.
    if (aheadUs < -1000 - CLOCK_ERROR_US || aheadUs > CLOCK_ERROR_US) this.#compareAnew(now);
    if (this.#before && now - this.#before.seenAt > READ_WITHIN_US) this.#before = undefined;
  }

  #compareAnew(now: number): void {
    const offsetUs = this.#clocks.realtimeOffsetUs();
    // Otherwise it was the look that was disturbed.
    if (Math.abs(offsetUs - this.#offsetUs) > CLOCK_ERROR_US) this.#before = { offsetUs: this.#offsetUs, seenAt: now };
    this.#offsetUs = offsetUs;
  }

  #timeOf(stamp: bigint, now: number): CaptureTime {
    const at = monotonic(stamp, this.#offsetUs);
    if (!this.#before) return { at, sure: true };
    const earliest = Math.max(this.#lastAt, now - READ_WITHIN_US) - CLOCK_ERROR_US;
    const fits = (time: number): boolean => earliest <= time && time <= now + CLOCK_ERROR_US;
    const atBefore = monotonic(stamp, this.#before.offsetUs);
    if (fits(at) && fits(atBefore)) return { at: Math.max(at, atBefore), sure: false };
    if (fits(atBefore)) return { at: atBefore, sure: true };
    if (!fits(at)) return { at: Math.max(this.#lastAt, Math.min(at, now)), sure: false };
    this.#before = undefined;
    return { at, sure: true };
  }
}

/** Not through a double of nanoseconds since 1970, which has no room for single ones. */
function monotonic(stamp: bigint, offsetUs: number): number {
  return Number(stamp / 1000n) - offsetUs + Number(stamp % 1000n) / 1000;
}
