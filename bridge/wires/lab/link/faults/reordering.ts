import { happens, type Chances } from './chances.ts';
import type { Cargo, Fault, Travel } from './fault.ts';

/** Microseconds that an overtaken packet waits, at least. */
const OVERTAKEN_US = 10_000;

/**
 * Keeps the packets of one direction in order, whatever their delays. By chance, a packet waits and is overtaken.
 *
 *     1 2 3 4 ─▶ 25 % ─▶ 1 3 4 2
 */
export class Reordering implements Fault<Travel> {
  readonly #percent: number;
  readonly #waitUs: number;
  #lastArrival = -Infinity;

  constructor(percent: number, delayMs: number) {
    this.#percent = percent;
    this.#waitUs = Math.max(OVERTAKEN_US, delayMs * 1000);
  }

  apply(travel: Travel, _cargo: Cargo, { reorder }: Chances): void {
    travel.arrivesAt = Math.max(travel.arrivesAt, this.#lastArrival);
    // Packets behind an overtaken one do not wait for it.
    if (happens(reorder, this.#percent)) travel.arrivesAt += this.#waitUs;
    else this.#lastArrival = travel.arrivesAt;
  }
}
