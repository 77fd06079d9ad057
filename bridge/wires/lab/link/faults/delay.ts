import type { Chances } from './chances.ts';
import type { Cargo, Fault, Travel } from './fault.ts';

/**
 * Delays each packet; with jitter, by a little more or less. A packet that was held has been under way all the time.
 *
 *     1 2 3 ─▶ ┄┄┄ delay ± jitter ┄┄┄ ─▶ 1 2 3
 */
export class Delay implements Fault<Travel> {
  readonly #delayMs: number;
  readonly #jitterMs: number;

  constructor(delayMs: number, jitterMs: number) {
    this.#delayMs = delayMs;
    this.#jitterMs = jitterMs;
  }

  apply(travel: Travel, _cargo: Cargo, { jitter }: Chances): void {
    const fromMinusOneToOne = jitter * 2 - 1;
    const delayUs = Math.max(0, this.#delayMs + fromMinusOneToOne * this.#jitterMs) * 1000;
    travel.arrivesAt += Math.max(0, delayUs - travel.waitedUs);
  }
}
