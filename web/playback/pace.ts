import type { PlacedBeat } from './beats.ts';

/** What matters for the pace: when a beat was, and how long it is played with the silence before it. */
type Timed = Pick<PlacedBeat, 'at' | 'ms' | 'waitMs'>;

/**
 * How many times slower than life these beats are played; below 1 if they are played faster. Undefined if no time passed
 * between zero and the last of them. A beat is as long as people need, so this is an average.
 */
export function slowness(beats: readonly Timed[], speed: number): number | undefined {
  const during = beats.filter(({ at }) => at >= 0);
  const lastUs = Math.max(0, ...during.map(({ at }) => at));
  if (lastUs === 0) return undefined;
  const totalMs = during.reduce((sum, { ms, waitMs }) => sum + ms + waitMs, 0);
  return (totalMs * 1000) / speed / lastUs;
}

/** Rounds to two digits, which is plenty for an average: 18 342 → 18 000. */
export function roundedFactor(factor: number): number {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(factor)) - 1);
  return factor < 10 ? Math.round(factor * 10) / 10 : Math.round(factor / size) * size;
}
