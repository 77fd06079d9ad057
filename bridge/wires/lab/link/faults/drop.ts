import type { SegmentSelector } from '../../../../trace/link.ts';
import type { Cargo, Fault, Plan } from './fault.ts';
import { Selection } from './selection.ts';

/**
 * Loses the segments that the settings name.
 *
 *     1 2 3 ─▶ drop the second ─▶ 1 3
 */
export class Drop implements Fault {
  readonly #selection: Selection;

  constructor(selectors: readonly SegmentSelector[]) {
    this.#selection = new Selection(selectors);
  }

  apply(plan: Plan, cargo: Cargo): void {
    if (this.#selection.matches(cargo)) plan.dropped = true;
  }
}
