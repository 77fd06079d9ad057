/** Splits a stream of text into lines. Of a longer line, only the first `limit` characters are kept. */
export class LineSplitter {
  readonly #limit: number;
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(limit: number, onLine: (line: string) => void) {
    this.#limit = limit;
    this.#onLine = onLine;
  }

  feed(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(0, this.#limit);
    for (const line of lines) this.#emit(line);
  }

  /** What has come of a line that has no end yet. */
  get unfinished(): string {
    return this.#rest;
  }

  /** The stream has ended: what is left is its last line. */
  end(): void {
    if (this.#rest) this.#emit(this.#rest);
    this.#rest = '';
  }

  #emit(line: string): void {
    const part = line.slice(0, this.#limit);
    this.#onLine(part.endsWith('\r') ? part.slice(0, -1) : part);
  }
}
