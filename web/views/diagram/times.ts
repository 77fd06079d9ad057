import { isEstimated } from '../../reading/estimated-time.ts';
import type { PlacedMark } from './geometry/rows.ts';

/** What stands at the left edge, by the order of the moment. A time is not said twice in a row, nor guessed after it was said. */
export function timesOf(
  marks: readonly PlacedMark[],
  before: string,
  moment: (us: number, guessed: boolean) => string,
): Map<number, string> {
  const texts = new Map<number, string>();
  let last = '';
  for (const { what, order, time, timed, step } of marks) {
    const text = time < 0 ? before : moment(time, isEstimated(step, what === 'begin' ? 'began' : 'ended'));
    const number = text.replace(/^[+≈]/, '');
    if (!timed || number === last) continue;
    texts.set(order, text);
    last = number;
  }
  return texts;
}
