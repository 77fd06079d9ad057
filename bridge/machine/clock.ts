/**
 * From the zero of `performance.now()`, which counts on the same clock, to the clock's own; in microseconds. Whatever
 * happens between the two readings makes it smaller than it is: the largest of several is right.
 */
const OFFSET_US = Math.max(...Array.from({ length: 20 }, offset));

function offset(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3 - performance.now() * 1e3;
}

/**
 * Microseconds of CLOCK_MONOTONIC, with fractions: comparable between processes of one machine. A double holds them
 * to a nanosecond for over a century of uptime.
 */
export function monotonicUs(): number {
  return performance.now() * 1e3 + OFFSET_US;
}

/** Microseconds between two readings of a clock, where nothing came between them. */
const UNDISTURBED_US = 5;

/**
 * By how much CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, in microseconds. It takes a millisecond: only the moment in
 * which `Date.now()` ticks is known exactly (`performance.timeOrigin` is off by nearly one).
 */
export function realtimeOffsetUs(): number {
  let best = nextTick();
  for (let more = 4; more > 0 && best.withinUs > UNDISTURBED_US; more -= 1) {
    const tick = nextTick();
    if (tick.withinUs < best.withinUs) best = tick;
  }
  return best.realtimeUs - best.at;
}

/** The next change of `Date.now()`, and how long before `at` it may have been. */
function nextTick(): { realtimeUs: number; at: number; withinUs: number } {
  // Taken before a reading that shows no change yet.
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
