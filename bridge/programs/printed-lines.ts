import type { ServerStatus } from '../protocol/messages.ts';

type Line = ServerStatus['output'][number];

const KEPT_LINES = 50;

/** The last lines that a program printed, on both its outputs. */
export class PrintedLines {
  #lines: Line[] = [];

  add(line: Line): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  clear(): void {
    this.#lines = [];
  }

  get current(): Line[] {
    return [...this.#lines];
  }
}
