import { monotonicUs } from '../machine/clock.ts';
import { toTenths } from '../trace/step.ts';

/**
 * A time as reports give it: microseconds since the run's zero.
 * @param at microseconds of the monotonic clock, as `zero`
 */
export function since(zero: number, at = monotonicUs()): number {
  return toTenths(at - zero);
}
