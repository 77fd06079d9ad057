import type { Cargo, Fault, Travel } from './fault.ts';

/**
 * Carries only so many bits a second in one direction. Packets queue behind each other, and the queue has no limit.
 *
 *     1 2 3 ─▶ queue ─▶ 1 ┄┄ 2 ┄┄ 3
 */
export class Rate implements Fault<Travel> {
  readonly #kbitPerSecond: number;
  #busyUntil = -Infinity;

  constructor(kbitPerSecond: number) {
    this.#kbitPerSecond = kbitPerSecond;
  }

  apply(travel: Travel, { packetLength }: Cargo): void {
    const sendingUs = (packetLength * 8 * 1000) / this.#kbitPerSecond;
    travel.arrivesAt = this.#busyUntil = Math.max(travel.arrivesAt, this.#busyUntil) + sendingUs;
  }
}
