import type { ErrorCode } from '../errors.ts';

/** Milliseconds between two lines. */
const LINE_EVERY_MS = 1000;
/** Addresses that a line counts one by one. Beyond that it says "at least". */
const MOST_ADDRESSES = 1000;

type RefusedCode = ErrorCode | 'TOO_MANY_CONNECTIONS';

/**
 * Logs refused access. Anybody can be refused thousands of times a second, so there is at most one line a second: the
 * first refusal at once, and then how many followed, by code. A line holds nothing that a stranger chose, except one
 * address.
 */
export class RefusalLog {
  readonly #warn: (line: string) => void;
  readonly #counts = new Map<RefusedCode, number>();
  readonly #addresses = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(warn: (line: string) => void) {
    this.#warn = warn;
  }

  add(code: RefusedCode, address: string): void {
    if (this.#timer === undefined) {
      this.#warn(`Refused: ${code}, asked by ${address}.`);
      this.#wait();
      return;
    }
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    if (this.#addresses.size < MOST_ADDRESSES) this.#addresses.add(address);
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#counts.size === 0) return;
      this.#warn(`Refused since then: ${this.#sum()}.`);
      this.#counts.clear();
      this.#addresses.clear();
      this.#wait();
    }, LINE_EVERY_MS).unref();
  }

  #sum(): string {
    const counts = [...this.#counts].map(([code, count]) => `${count} ${code}`).join(', ');
    const [first, ...others] = this.#addresses;
    const atLeast = this.#addresses.size >= MOST_ADDRESSES ? 'at least ' : '';
    return `${counts}, asked by ${others.length === 0 ? first! : `${atLeast}${this.#addresses.size} addresses`}`;
  }
}
