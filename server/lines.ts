/** How long lines are gathered on a busy server, in milliseconds. */
const GATHERED_FOR = 5;

/**
 * Prints lines to a stream: at once where it is quiet, and gathered where many come. On a pipe or a file, where the bridge
 * reads them, every write blocks the program; one for each of thousands of peers a second would be felt.
 */
export class Lines {
  #pending = '';
  #printedAt = -Infinity;
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    // Whoever read the lines may go away; that is no reason to stop serving.
    stream.on('error', () => {});
  }

  /** Prints the line now, or within `GATHERED_FOR`. */
  readonly print = (line: string): void => {
    const first = this.#pending === '';
    this.#pending += `${line}\n`;
    if (!first) return;
    if (performance.now() - this.#printedAt < GATHERED_FOR) setTimeout(() => this.flush(), GATHERED_FOR);
    else this.flush();
  };

  /** Prints what was gathered, now. */
  flush(): void {
    if (this.#pending === '') return;
    this.#stream.write(this.#pending);
    this.#pending = '';
    this.#printedAt = performance.now();
  }
}
