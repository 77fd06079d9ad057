import { happens, type Chances } from './chances.ts';
import type { Cargo, Fault, Plan } from './fault.ts';

/**
 * Sends a copy right behind a packet, by chance.
 *
 *     1 2 3 ─▶ 33 % ─▶ 1 2 2 3
 */
export class Duplication implements Fault {
  readonly #percent: number;

  constructor(percent: number) {
    this.#percent = percent;
  }

  apply(plan: Plan, _cargo: Cargo, { duplicate }: Chances): void {
    plan.duplicated = happens(duplicate, this.#percent);
  }
}
