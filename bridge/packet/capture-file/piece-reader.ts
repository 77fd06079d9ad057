/**
 * Cuts a stream of bytes into pieces. The content of each piece determines how long the next one is. It holds at most
 * one unfinished piece.
 */
export class PieceReader {
  readonly #take: (piece: Uint8Array) => number;
  #length: number;
  #unfinished: Uint8Array | undefined;
  #filled = 0;

  /**
   * @param length of the first piece, in bytes
   * @param take receives each piece and returns the length of the next. A piece may be a view of a chunk
   */
  constructor(length: number, take: (piece: Uint8Array) => number) {
    this.#length = length;
    this.#take = take;
  }

  /** Whether a piece has begun. */
  get within(): boolean {
    return this.#filled > 0;
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    for (;;) {
      const missing = this.#length - this.#filled;
      const available = chunk.length - at;
      if (available < missing) {
        if (available > 0) this.#keep(chunk.subarray(at));
        return;
      }
      const rest = chunk.subarray(at, at + missing);
      at += missing;
      this.#length = this.#take(this.#finish(rest));
    }
  }

  #keep(part: Uint8Array): void {
    this.#unfinished ??= new Uint8Array(this.#length);
    this.#unfinished.set(part, this.#filled);
    this.#filled += part.length;
  }

  #finish(rest: Uint8Array): Uint8Array {
    const piece = this.#unfinished;
    if (!piece) return rest;
    piece.set(rest, this.#filled);
    this.#unfinished = undefined;
    this.#filled = 0;
    return piece;
  }
}
