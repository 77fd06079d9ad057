import type { SegmentSelector } from '../../../../trace/link.ts';
import type { Cargo, Fault, Plan } from './fault.ts';
import { Selection } from './selection.ts';

/**
 * Stops segments in mid-wire until the viewer lets them go. A segment that is dropped counts, but is not held.
 *
 *     1 2 3 ─▶ hold the second ─▶ 1 3
 *                   2 ┄ viewer ┄▶ 2
 */
export class Hold implements Fault {
  readonly #selection: Selection;

  /** @param chosen all segments, or those that match */
  constructor(chosen: true | readonly SegmentSelector[]) {
    this.#selection = new Selection(chosen === true ? [{ every: true }] : chosen);
  }

  apply(plan: Plan, cargo: Cargo): void {
    plan.held = this.#selection.matches(cargo) && !plan.dropped;
  }
}
