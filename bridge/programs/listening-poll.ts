import { groupListens } from '../sources/sockets/listening-socket.ts';

/** Milliseconds between two looks at the kernel's table. */
const LOOK_EVERY_MS = 50;

/**
 * Looks at the kernel's table until a program listens. Two looks in a row must see it. Between them, a source inside the
 * program has time to report the same, with the exact time.
 */
export class ListeningPoll {
  readonly #processGroup: number;
  readonly #port: number;
  readonly #onListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(processGroup: number, port: number, onListening: () => void) {
    this.#processGroup = processGroup;
    this.#port = port;
    this.#onListening = onListening;
    // Elsewhere no table can be read: only a source that reports every call can show that the program listens.
    if (process.platform === 'linux') this.#schedule(false);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(seenBefore: boolean): void {
    this.#timer = setTimeout(() => void this.#look(seenBefore), LOOK_EVERY_MS);
  }

  async #look(seenBefore: boolean): Promise<void> {
    const listens = await groupListens(this.#processGroup, this.#port);
    if (this.#stopped) return;
    if (listens && seenBefore) this.#onListening();
    // A look may fail because no descriptor is left: the next one may not.
    else this.#schedule(listens ?? false);
  }
}
