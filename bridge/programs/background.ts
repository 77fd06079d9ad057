import type { Address } from '../address.ts';
import { listeningSockets } from '../sources/sockets/listening-socket.ts';

/** Milliseconds between two looks at the kernel's table. */
const LOOK_EVERY_MS = 250;

export interface BackgroundOptions {
  /** What is left of the program. */
  processes(): Promise<string[]>;
  /** Whether a client's SYN reaches a socket that is bound so. */
  isReached(bound: Address): boolean;
  /** Whether it has time yet to begin to listen. */
  mayStillListen(): boolean;
  /** Called once, when it does not listen, or no longer. */
  onOver(): void;
}

/**
 * A program that went to the background, as a daemon does: its first process has ended well, and nothing of it can print any
 * more. It is still the program as long as it listens.
 */
export class Background {
  readonly #options: BackgroundOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: BackgroundOptions) {
    this.#options = options;
    void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { processes, isReached, mayStillListen, onOver } = this.#options;
    const sockets = await listeningSockets(await processes());
    if (this.#stopped) return;
    // If no table could be read, the next look may.
    const goesOn = sockets === undefined || sockets.some(isReached) || mayStillListen();
    if (goesOn) this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
    else onOver();
  }
}
