import { happens, type Chances } from './chances.ts';
import type { Cargo, Decision, Fault } from './fault.ts';

/**
 * Sends a copy right behind a packet, by chance.
 *
 *     1 2 3 ─▶ 33 % ─▶ 1 2 2 3
 */
export class Duplication implements Fault<Decision> {
  readonly #percent: number;

  constructor(percent: number) {
    this.#percent = percent;
  }

  apply(decision: Decision, _cargo: Cargo, { duplicate }: Chances): void {
    decision.duplicated = happens(duplicate, this.#percent);
  }
}
