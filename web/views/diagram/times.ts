import { isEstimated } from '../../reading/estimated-time.ts';
import type { PlacedMoment } from './geometry/rows.ts';

/** Height of a line of words, with a little air. */
const LINE = 15;

/**
 * The times at the left edge, by the order of the moment. A time is not repeated, nor given as a guess right after it was
 * known, nor written where there is no room for it below the one before.
 */
export function timesOf(
  moments: readonly PlacedMoment[],
  before: string,
  write: (us: number, guessed: boolean) => string,
): Map<number, string> {
  const texts = new Map<number, string>();
  let last = '';
  let lowest = -Infinity;
  for (const { what, order, time, timed, step, y } of moments) {
    const text = time < 0 ? before : write(time, isEstimated(step, what === 'begin' ? 'began' : 'ended'));
    const number = text.replace(/^[+≈]/, '');
    if (!timed || number === last || y < lowest + LINE) continue;
    texts.set(order, text);
    lowest = y;
    last = number;
  }
  return texts;
}

/** Writes a time only once. A run has thousands, and all are asked for again whenever it grows. */
export function remembering(write: (us: number, guessed: boolean) => string): typeof write {
  const written = new Map<string, string>();
  return (us, guessed) => {
    const key = `${us} ${guessed}`;
    const text = written.get(key) ?? write(us, guessed);
    written.set(key, text);
    return text;
  };
}
