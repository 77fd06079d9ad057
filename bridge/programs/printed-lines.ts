import { KEPT_LINES } from '../protocol/limits.ts';
import type { ServerStatus } from '../protocol/messages.ts';

type Line = ServerStatus['output'][number];

/** The last lines that a program printed, on both its outputs. */
export class PrintedLines {
  #lines: Line[] = [];
  readonly #unfinished = new Map<Line['stream'], string>();
  /** How many there were, with those that are no longer kept. */
  count = 0;

  add(line: Line): void {
    this.#lines.push(line);
    this.count += 1;
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  /** A line has begun, and for a while nothing follows. The text is empty when it is over. */
  unfinished(stream: Line['stream'], text: string): void {
    if (text === '') this.#unfinished.delete(stream);
    else this.#unfinished.set(stream, text);
  }

  clear(): void {
    this.#lines = [];
    this.#unfinished.clear();
    this.count = 0;
  }

  /** What is kept. */
  status(): Pick<ServerStatus, 'printed' | 'output' | 'unfinished'> {
    const unfinished = [...this.#unfinished].map(([stream, line]) => ({ stream, line }));
    return { printed: this.count, output: [...this.#lines], ...(unfinished.length > 0 && { unfinished }) };
  }

  /** Those after the first `count`, as far as they are kept. */
  after(count: number): Line[] {
    const wanted = this.count - count;
    return wanted <= 0 ? [] : this.#lines.slice(-wanted);
  }
}
