import type { SegmentSelector } from '../../../../trace/link.ts';
import type { Cargo, Decision, Fault } from './fault.ts';
import { Selection } from './selection.ts';

/**
 * Stops segments in mid-wire until the viewer lets them go. A segment that is dropped counts, but is not held.
 *
 *     1 2 3 ─▶ hold the second ─▶ 1
 *                   2 ┄ viewer ┄▶ 2 3      what is behind it waits too: held-segments.ts
 */
export class Hold implements Fault<Decision> {
  readonly #selection: Selection;

  /** @param chosen all segments, or those that match */
  constructor(chosen: true | readonly SegmentSelector[]) {
    this.#selection = new Selection(chosen === true ? [{ every: true }] : chosen);
  }

  apply(decision: Decision, cargo: Cargo): void {
    decision.held = this.#selection.matches(cargo) && !decision.dropped;
  }
}
