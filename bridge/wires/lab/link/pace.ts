/** Milliseconds that a program gets to come to rest after a packet woke it. */
const REST_MS = 1;

/**
 * Delivers one packet at a time, and the next a moment after the last has arrived. A source that sees the program only
 * when it looks then has time to look between two packets.
 *
 *     1 2 3 ─▶ deliver 1 ─ arrived ┄ rest ┄ deliver 2 ─ arrived ┄ rest ┄ …
 */
export class Pace<Packet> {
  readonly #deliver: (packet: Packet) => void;
  readonly #waiting: Packet[] = [];
  #state: 'free' | 'delivering' | 'resting' = 'free';

  constructor(deliver: (packet: Packet) => void) {
    this.#deliver = deliver;
  }

  add(packet: Packet): void {
    this.#waiting.push(packet);
    this.#next();
  }

  /** The packet that was delivered last has arrived. */
  arrived(): void {
    if (this.#state !== 'delivering') return;
    this.#state = 'resting';
    setTimeout(() => {
      this.#state = 'free';
      this.#next();
    }, REST_MS);
  }

  #next(): void {
    const packet = this.#state === 'free' ? this.#waiting.shift() : undefined;
    if (packet === undefined) return;
    this.#state = 'delivering';
    this.#deliver(packet);
  }
}
