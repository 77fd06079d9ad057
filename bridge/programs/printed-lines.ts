import { KEPT_LINES } from '../protocol/limits.ts';
import type { ServerStatus } from '../protocol/messages.ts';

type Line = ServerStatus['output'][number];

/** The last lines that a program printed, on both its outputs. */
export class PrintedLines {
  #lines: Line[] = [];
  /** How many there were, with those that are no longer kept. */
  count = 0;

  add(line: Line): void {
    this.#lines.push(line);
    this.count += 1;
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  clear(): void {
    this.#lines = [];
    this.count = 0;
  }

  get current(): Line[] {
    return [...this.#lines];
  }

  /** Those after the first `count`, as far as they are kept. */
  after(count: number): Line[] {
    const wanted = this.count - count;
    return wanted <= 0 ? [] : this.#lines.slice(-wanted);
  }
}
