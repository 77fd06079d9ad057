import type { Step } from '../../bridge/trace/step.ts';

/**
 * How many times slower than life a run is played, from its first step to its last; below 1 if it is played faster.
 * Undefined if the run took no time. Every step has its fixed beat, so this is an average.
 */
export function slowness(steps: readonly Step[], playedMs: (step: Step) => number, speed: number): number | undefined {
  const during = steps.filter(({ at }) => at >= 0);
  const lastUs = Math.max(0, ...during.map(({ at }) => at));
  if (lastUs === 0) return undefined;
  const totalMs = during.reduce((sum, step) => sum + playedMs(step), 0);
  return (totalMs * 1000) / speed / lastUs;
}

/** Rounds to two digits, which is plenty for an average: 18 342 → 18 000. */
export function roundedFactor(factor: number): number {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(factor)) - 1);
  return factor < 10 ? Math.round(factor * 10) / 10 : Math.round(factor / size) * size;
}
