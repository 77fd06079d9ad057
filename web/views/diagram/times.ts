import { isEstimated } from '../../reading/estimated-time.ts';
import type { PlacedMoment } from './geometry/rows.ts';

/**
 * The times at the left edge, by the order of the moment. A time is not repeated, nor given as a guess right after it was
 * known.
 */
export function timesOf(
  moments: readonly PlacedMoment[],
  before: string,
  write: (us: number, guessed: boolean) => string,
): Map<number, string> {
  const texts = new Map<number, string>();
  let last = '';
  for (const { what, order, time, timed, step } of moments) {
    const text = time < 0 ? before : write(time, isEstimated(step, what === 'begin' ? 'began' : 'ended'));
    const number = text.replace(/^[+≈]/, '');
    if (!timed || number === last) continue;
    texts.set(order, text);
    last = number;
  }
  return texts;
}
