import type { LinkSettings } from '../../../../trace/link.ts';
import { happens, type Chances } from './chances.ts';
import type { Cargo, Fault, Plan } from './fault.ts';

/**
 * Loses packets by chance.
 *
 *     1 2 3 4 5 ─▶ 40 % ─▶ 1 3 4
 */
export class Loss implements Fault {
  readonly #percent: number | undefined;

  constructor({ lossPercent }: LinkSettings) {
    this.#percent = lossPercent;
  }

  apply(plan: Plan, _cargo: Cargo, { loss }: Chances): void {
    if (happens(loss, this.#percent)) plan.dropped = true;
  }
}
