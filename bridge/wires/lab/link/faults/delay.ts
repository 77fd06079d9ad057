import type { Chances } from './chances.ts';
import type { Cargo, Fault, Plan } from './fault.ts';

/**
 * Delays each packet; with jitter, by a little more or less.
 *
 *     1 2 3 ─▶ ┄┄┄ delay ± jitter ┄┄┄ ─▶ 1 2 3
 */
export class Delay implements Fault {
  readonly #delayMs: number;
  readonly #jitterMs: number;

  constructor(delayMs: number, jitterMs: number) {
    this.#delayMs = delayMs;
    this.#jitterMs = jitterMs;
  }

  apply(plan: Plan, _cargo: Cargo, { jitter }: Chances): void {
    const fromMinusOneToOne = jitter * 2 - 1;
    plan.arrivesAt += Math.max(0, this.#delayMs + fromMinusOneToOne * this.#jitterMs) * 1000;
  }
}
