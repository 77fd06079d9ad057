/** Bytes that have arrived but that no recv() has returned yet, in the order of arrival. */
export class UnreadBytes {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Takes the oldest chunk, or the first `limit` bytes of it; no bytes if there are none. */
  take(limit: number): Buffer {
    const first = this.#chunks.shift();
    if (!first) return Buffer.alloc(0);
    const taken = first.subarray(0, limit);
    if (first.length > limit) this.#chunks.unshift(first.subarray(limit));
    this.#length -= taken.length;
    return taken;
  }
}
