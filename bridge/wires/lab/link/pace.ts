/** Milliseconds that a program which a packet woke gets to come to rest again. */
const REST_MS = 1;

/**
 * Delivers one at a time, and the next a moment after the last has arrived: a program that is seen only by looking at it
 * now and then is not missed between two.
 */
export class Pace<Packet> {
  readonly #deliver: (packet: Packet) => void;
  readonly #waiting: Packet[] = [];
  #under: 'way' | 'rest' | undefined;

  constructor(deliver: (packet: Packet) => void) {
    this.#deliver = deliver;
  }

  release(packet: Packet): void {
    this.#waiting.push(packet);
    this.#next();
  }

  /** The one that was delivered last has arrived. */
  arrived(): void {
    if (this.#under !== 'way') return;
    this.#under = 'rest';
    setTimeout(() => {
      this.#under = undefined;
      this.#next();
    }, REST_MS);
  }

  #next(): void {
    const packet = this.#under === undefined ? this.#waiting.shift() : undefined;
    if (packet === undefined) return;
    this.#under = 'way';
    this.#deliver(packet);
  }
}
