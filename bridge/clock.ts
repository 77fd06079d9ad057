/**
 * Microseconds of CLOCK_MONOTONIC, with fractions: comparable between processes of one machine. A double holds them
 * to a nanosecond for over a century of uptime.
 */
export function monotonicUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}
