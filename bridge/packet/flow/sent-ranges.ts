interface Range {
  start: number;
  /** The number after the last. */
  end: number;
  id: string;
}

/** Which sequence numbers one side has sent so far, and in which segment each went first. */
export class SentRanges {
  /** In order, none over another. */
  readonly #ranges: Range[] = [];

  /**
   * Notes that a segment carried the numbers from `start` to before `end`.
   * Answers the segment that carried the first of them that is not new; nothing where all are.
   */
  add(start: number, end: number, id: string): string | undefined {
    const last = this.#ranges.at(-1);
    if (!last || last.end <= start) {
      this.#ranges.push({ start, end, id });
      return undefined;
    }
    const from = this.#firstEndingAfter(start);
    const firstMet = this.#ranges[from]!;
    const filled: Range[] = [];
    let at = start;
    let to = from;
    for (; to < this.#ranges.length && this.#ranges[to]!.start < end; to += 1) {
      const range = this.#ranges[to]!;
      if (range.start > at) filled.push({ start: at, end: range.start, id });
      filled.push(range);
      at = range.end;
    }
    if (at < end) filled.push({ start: at, end, id });
    if (filled.length > to - from) this.#ranges.splice(from, to - from, ...filled);
    return firstMet.start < end ? firstMet.id : undefined;
  }

  /** By halving; there is one. */
  #firstEndingAfter(number: number): number {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.end > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
