/** Cuts a stream of text into lines; a line longer than `limit` characters is told in part, its rest dropped. */
export class LineSplitter {
  readonly #limit: number;
  readonly #tell: (line: string) => void;
  #rest = '';

  constructor(limit: number, tell: (line: string) => void) {
    this.#limit = limit;
    this.#tell = tell;
  }

  feed(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!.slice(0, this.#limit);
    for (const line of lines) this.#tellPart(line);
  }

  /** The stream has ended: what is left is a line too. */
  end(): void {
    if (this.#rest) this.#tellPart(this.#rest);
    this.#rest = '';
  }

  #tellPart(line: string): void {
    const part = line.slice(0, this.#limit);
    this.#tell(part.endsWith('\r') ? part.slice(0, -1) : part);
  }
}
