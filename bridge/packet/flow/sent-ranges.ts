interface Range {
  start: number;
  /** The number after the last one. */
  end: number;
  id: string;
}

/** The sequence numbers that one side has sent so far, and for each the first segment that carried it. */
export class SentRanges {
  /** In order, without overlaps. */
  readonly #ranges: Range[] = [];

  /**
   * Notes that a segment carried the numbers from `start` up to, but not including, `end`. Returns the id of the
   * segment that carried the first repeated number before, or undefined if all numbers are new.
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

  /** A binary search. The caller knows that there is such a range. */
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
