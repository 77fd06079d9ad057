/** From the zero of `performance.now()`, which counts on the same clock, to the clock's own; in microseconds. */
const OFFSET_US = (() => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3 - performance.now() * 1e3;
})();

/**
 * Microseconds of CLOCK_MONOTONIC, with fractions: comparable between processes of one machine. A double holds them
 * to a nanosecond for over a century of uptime.
 */
export function monotonicUs(): number {
  return performance.now() * 1e3 + OFFSET_US;
}
