/** Microseconds of CLOCK_MONOTONIC, with a fraction: the one clock of all reports. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}
