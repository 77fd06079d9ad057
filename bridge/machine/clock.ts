/**
 * The clocks of this machine, in microseconds. Processes can compare their times of CLOCK_MONOTONIC; captures are stamped
 * with CLOCK_REALTIME.
 */

/**
 * Microseconds from the zero of CLOCK_MONOTONIC to that of `performance.now()`, which runs on the same clock. Time that
 * passes between the two readings makes the result too small: the largest of several is right.
 */
const OFFSET_US = Math.max(...Array.from({ length: 20 }, offset));

function offset(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3 - performance.now() * 1e3;
}

/** Microseconds of CLOCK_MONOTONIC, with fractions. A double holds nanoseconds for over a century of uptime. */
export function monotonicUs(): number {
  return performance.now() * 1e3 + OFFSET_US;
}

/** Microseconds between two readings of a clock, if nothing interrupts them. */
const UNDISTURBED_US = 5;

/**
 * By how many microseconds CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. It takes a millisecond, because only the moment
 * at which `Date.now()` ticks is exact (`performance.timeOrigin` is off by nearly a millisecond).
 */
export function realtimeOffsetUs(): number {
  let best = nextTick();
  for (let more = 4; more > 0 && best.withinUs > UNDISTURBED_US; more -= 1) {
    const tick = nextTick();
    if (tick.withinUs < best.withinUs) best = tick;
  }
  return best.realtimeUs - best.at;
}

/** The next tick of `Date.now()`, and how long before `at` it may have happened. */
function nextTick(): { realtimeUs: number; at: number; withinUs: number } {
  // A time before a reading that shows no tick yet.
  let earliest = monotonicUs();
  const start = Date.now();
  for (;;) {
    const before = monotonicUs();
    const now = Date.now();
    const at = monotonicUs();
    if (now !== start) return { realtimeUs: now * 1000, at, withinUs: at - earliest };
    earliest = before;
  }
}
