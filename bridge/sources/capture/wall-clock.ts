import { monotonicUs, realtimeOffsetUs } from '../../machine/clock.ts';

/** This machine's clocks. */
export interface Clocks {
  /** Microseconds of CLOCK_MONOTONIC. */
  monotonicUs(): number;
  /** Whole milliseconds of CLOCK_REALTIME. */
  realtimeMs(): number;
  /** By how many microseconds CLOCK_REALTIME is ahead, exactly. It takes a millisecond or more. */
  realtimeOffsetUs(): number;
}

const MACHINE: Clocks = { monotonicUs, realtimeMs: () => Date.now(), realtimeOffsetUs };

/** Microseconds by which a comparison of the clocks, or a reading of one, may be wrong on a busy machine. */
const CLOCK_ERROR_US = 500;
/** Microseconds from the capture of a packet until it must be read; 130 are usual. */
const READ_WITHIN_US = 1_000_000;

/** When a packet was captured. */
export interface CaptureTime {
  /** Microseconds of CLOCK_MONOTONIC. */
  at: number;
  /** False if the clock was set, and the stamp may be from before or from after. */
  sure: boolean;
}

/**
 * Turns tcpdump's stamps of CLOCK_REALTIME into CLOCK_MONOTONIC. The two clocks drift together, but somebody may set the
 * realtime clock. Packets that are still to be read then have stamps from before. A packet is never older than the one read
 * before it, and it is read within a second. Usually only one of the two offsets fits both rules.
 *
 *     ── packets, read late ──▶│ set │── packets ──▶
 *      stamp − offset before         stamp − offset now
 */
export class CaptureClock {
  readonly #clocks: Clocks;
  #offsetUs: number;
  /** The offset before the clock was set, and when that was noticed. Absent once no packet from before can come. */
  #before: { offsetUs: number; seenAt: number } | undefined;
  #lastAt = -Infinity;

  constructor(clocks: Clocks = MACHINE) {
    this.#clocks = clocks;
    this.#offsetUs = clocks.realtimeOffsetUs();
  }

  /**
   * Call it for each packet when it is read, in the order of capture.
   * @param stamp nanoseconds since 1970
   */
  read(stamp: bigint): CaptureTime {
    const now = this.#clocks.monotonicUs();
    this.#compare(now);
    const time = this.#timeOf(stamp, now);
    this.#lastAt = Math.max(this.#lastAt, time.at);
    return time;
  }

  #compare(now: number): void {
    const aheadUs = this.#clocks.realtimeMs() * 1000 - now - this.#offsetUs;
    // The realtime clock is read in whole milliseconds.
    if (aheadUs < -1000 - CLOCK_ERROR_US || aheadUs > CLOCK_ERROR_US) this.#compareAnew(now);
    if (this.#before && now - this.#before.seenAt > READ_WITHIN_US) this.#before = undefined;
  }

  #compareAnew(now: number): void {
    const offsetUs = this.#clocks.realtimeOffsetUs();
    // A smaller difference means that only the first look was disturbed.
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

/** A double cannot hold nanoseconds since 1970 exactly. */
function monotonic(stamp: bigint, offsetUs: number): number {
  return Number(stamp / 1000n) - offsetUs + Number(stamp % 1000n) / 1000;
}
