import type { SegmentSelector } from '../../../../trace/link.ts';
import type { Cargo, Decision, Fault } from './fault.ts';
import { Selection } from './selection.ts';

/**
 * Loses the segments that the settings name.
 *
 *     1 2 3 ─▶ drop the second ─▶ 1 3
 */
export class Drop implements Fault<Decision> {
  readonly #selection: Selection;

  constructor(selectors: readonly SegmentSelector[]) {
    this.#selection = new Selection(selectors);
  }

  apply(decision: Decision, cargo: Cargo): void {
    if (this.#selection.matches(cargo)) decision.dropped = true;
  }
}
