import type { Address } from '../address.ts';
import { listeningSockets } from '../sources/sockets/listening-socket.ts';

/** Milliseconds between two looks at the kernel's table. */
const LOOK_EVERY_MS = 50;
/** A program may open several sockets, one after the other: so many looks must find no other before it is reported. */
const LOOKS_ELSEWHERE = 10;

export interface ListeningPollOptions {
  /** The program's processes. */
  processes(): Promise<string[]>;
  /** Whether a client's SYN reaches a socket that is bound so. */
  isReached(bound: Address): boolean;
  /** Called once, with the sockets that are reached. */
  onListening(sockets: Address[]): void;
  /** The program listens, but no client reaches it. Called again if it listens elsewhere. */
  onElsewhere(sockets: Address[]): void;
}

/**
 * Looks at the kernel's table until a program listens where clients reach it. Two looks in a row must see it. Between them,
 * a source inside the program has time to report the same, with the exact time.
 */
export class ListeningPoll {
  readonly #options: ListeningPollOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** What the last look found elsewhere, and how many looks in a row found the same. */
  #elsewhere = '[]';
  #looks = 0;

  constructor(options: ListeningPollOptions) {
    this.#options = options;
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
    const { processes, isReached, onListening } = this.#options;
    // A look may fail because no descriptor is left: the next one may not.
    const sockets = (await listeningSockets(await processes())) ?? [];
    if (this.#stopped) return;
    const reached = sockets.filter(isReached);
    if (reached.length > 0 && seenBefore) return onListening(reached);
    if (reached.length === 0) this.#countElsewhere(sockets);
    this.#schedule(reached.length > 0);
  }

  #countElsewhere(sockets: Address[]): void {
    const text = JSON.stringify(sockets);
    this.#looks = text === this.#elsewhere ? this.#looks + 1 : 1;
    this.#elsewhere = text;
    if (this.#looks === LOOKS_ELSEWHERE && sockets.length > 0) this.#options.onElsewhere(sockets);
  }
}
