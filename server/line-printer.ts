/** Milliseconds for which a busy server gathers lines. */
const GATHER_MS = 5;

/**
 * Prints lines to a stream: a single line at once, many lines together. A write to a pipe or a file blocks the program, so
 * one write for each of thousands of peers a second would slow it down.
 */
export class LinePrinter {
  #pending = '';
  #printedAt = -Infinity;
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    // Without a listener, a reader that goes away would end the server.
    stream.on('error', () => {});
  }

  /** Prints the line now, or within `GATHER_MS`. */
  readonly print = (line: string): void => {
    const first = this.#pending === '';
    this.#pending += `${line}\n`;
    if (!first) return;
    if (performance.now() - this.#printedAt < GATHER_MS) setTimeout(() => this.flush(), GATHER_MS);
    else this.flush();
  };

  /** Prints the gathered lines now. */
  flush(): void {
    if (this.#pending === '') return;
    this.#stream.write(this.#pending);
    this.#pending = '';
    this.#printedAt = performance.now();
  }
}
