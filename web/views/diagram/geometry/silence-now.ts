import type { Step } from '../../../../bridge/trace/step.ts';
import { LEAST_US, TRAVELS } from './silences.ts';

/**
 * Whether a silence lasts after so many moments, of which nothing is known but its beginning.
 * @param us how long nothing has happened so far; undefined if time does not pass
 */
export function isSilentAfter(steps: readonly Step[], passed: number, us: number | undefined): boolean {
  return us !== undefined && passed >= countMoments(steps) && isSilence(steps, us);
}

/**
 * Whether a time that still lasts is a silence. As with one that is over: while a segment travels, the time is that of the
 * wire, unless it takes much longer than those before.
 * @param steps what is known
 * @param us how long nothing has happened so far
 */
export function isSilence(steps: readonly Step[], us: number): boolean {
  if (us < LEAST_US) return false;
  const segments = steps.filter((step) => step.kind === 'segment');
  if (!segments.some(({ fate }) => fate === 'underway')) return true;
  const quickest = Math.min(...segments.map(({ arrivedAt = Infinity, at }) => arrivedAt - at));
  return us >= TRAVELS * quickest;
}

/** Every step begins; a call may also return, and a segment arrive. */
function countMoments(steps: readonly Step[]): number {
  const ended = steps.filter((step) =>
    step.kind === 'call' ? step.returnedAt !== undefined : step.kind === 'segment' && step.arrivedAt !== undefined,
  );
  return steps.length + ended.length;
}
