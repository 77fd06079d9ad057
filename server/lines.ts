/**
 * Prints lines to a stream, all those of one turn of the event loop with one write: on a pipe or a file, where the bridge
 * reads them, every write blocks the program, and a busy server accepts many peers in one turn.
 */
export class Lines {
  #pending = '';
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    // Whoever read the lines may go away; that is no reason to stop serving.
    stream.on('error', () => {});
  }

  /** Prints at the end of this turn of the event loop, or at `flush`. */
  readonly print = (line: string): void => {
    if (this.#pending === '') setImmediate(() => this.flush());
    this.#pending += `${line}\n`;
  };

  flush(): void {
    if (this.#pending !== '') this.#stream.write(this.#pending);
    this.#pending = '';
  }
}
