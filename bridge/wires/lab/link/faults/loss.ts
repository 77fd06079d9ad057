import { happens, type Chances } from './chances.ts';
import type { Cargo, Fault, Plan } from './fault.ts';

/**
 * Loses packets by chance.
 *
 *     1 2 3 4 5 ─▶ 40 % ─▶ 1 3 4
 */
export class Loss implements Fault {
  readonly #percent: number;

  constructor(percent: number) {
    this.#percent = percent;
  }

  apply(plan: Plan, _cargo: Cargo, { loss }: Chances): void {
    if (happens(loss, this.#percent)) plan.dropped = true;
  }
}
