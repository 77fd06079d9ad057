import type { Address } from '../address.ts';
import { listeningHere } from '../sources/sockets/listening-socket.ts';

/** Milliseconds between two looks at the kernel's table. */
const LOOK_EVERY_MS = 500;

/**
 * Finds out, after the server program has ended, whether another program listens in its place: then that program gets the
 * runs, and its port may be why the server program has ended.
 */
export class PortHolder {
  readonly #isReached: (bound: Address) => boolean;
  readonly #onChange: () => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #isHeld = false;

  constructor(isReached: (bound: Address) => boolean, onChange: () => void) {
    this.#isReached = isReached;
    this.#onChange = onChange;
    void this.#look();
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const isHeld = (await listeningHere()).some(this.#isReached);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS).unref();
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#onChange();
  }
}
