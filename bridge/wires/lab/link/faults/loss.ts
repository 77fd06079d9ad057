import { happens, type Chances } from './chances.ts';
import type { Cargo, Decision, Fault } from './fault.ts';

/**
 * Loses packets by chance.
 *
 *     1 2 3 4 5 ─▶ 40 % ─▶ 1 3 4
 */
export class Loss implements Fault<Decision> {
  readonly #percent: number;

  constructor(percent: number) {
    this.#percent = percent;
  }

  apply(decision: Decision, _cargo: Cargo, { loss }: Chances): void {
    if (happens(loss, this.#percent)) decision.dropped = true;
  }
}
