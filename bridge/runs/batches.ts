import type { Step } from '../trace/step.ts';

/** Milliseconds between two batches of steps. */
const TICK_MS = 100;
/** The longest share of the time that a run may take for its batches: all its steps are derived anew for each. */
const FLUSH_SHARE = 0.1;

/** Milliseconds until the next batch, if the last one took `flushMs`. */
export function untilNextBatch(flushMs: number): number {
  return Math.max(TICK_MS, flushMs / FLUSH_SHARE);
}

/**
 * The steps that were not passed on yet, or of which more is known now.
 * @param sent the steps that were passed on, as text, by id; those that are returned are added
 */
export function newsAmong(steps: readonly Step[], sent: Map<string, string>): Step[] {
  return steps.filter((step) => {
    const text = JSON.stringify(step);
    if (sent.get(step.id) === text) return false;
    sent.set(step.id, text);
    return true;
  });
}
