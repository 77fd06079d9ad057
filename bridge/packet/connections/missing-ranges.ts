/** More gaps than this in one direction: the oldest are forgotten. */
const MOST = 256;

/**
 * The sequence numbers of one direction that lie below the highest that was seen, and were not seen themselves. Raw
 * numbers: they wrap, so that all comparisons are of differences (RFC 9293 §3.4).
 */
export class MissingRanges {
  /** Starts and ends by turns, in order, without overlaps. */
  #bounds: number[] = [];

  get isEmpty(): boolean {
    return this.#bounds.length === 0;
  }

  /** @param from the highest number so far; `to` is beyond it */
  add(from: number, to: number): void {
    this.#bounds.push(from, to);
    if (this.#bounds.length > 2 * MOST) this.#bounds.splice(0, 2);
  }

  /** Whether something is missing below this number. */
  hasBelow(number: number): boolean {
    return !this.isEmpty && before(this.#bounds[0]!, number);
  }

  /** Forgets what is missing below this number. */
  forgetBelow(number: number): void {
    while (this.hasBelow(number)) {
      if (before(number, this.#bounds[1]!)) this.#bounds[0] = number;
      else this.#bounds.splice(0, 2);
    }
  }

  /** Notes that the numbers from `from` up to, but not including, `to` were seen. Returns whether any was missing. */
  fill(from: number, to: number): boolean {
    let filled = false;
    for (let at = 0; at < this.#bounds.length;) {
      const start = this.#bounds[at]!;
      const end = this.#bounds[at + 1]!;
      if (!before(start, to)) break;
      if (!before(from, end)) {
        at += 2;
        continue;
      }
      filled = true;
      const rest: number[] = [];
      if (before(start, from)) rest.push(start, from);
      if (before(to, end)) rest.push(to, end);
      this.#bounds.splice(at, 2, ...rest);
      at += rest.length;
    }
    return filled;
  }
}

/** Whether one raw number comes before another. */
export function before(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}
