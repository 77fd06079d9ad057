/** A place and a wording for an arrow's words. */
export interface Choice<Words> {
  make(): Words;
  /** The lower, the better. */
  price: number;
}

interface Rated<Words> {
  label: Words;
  price: number;
  index: number;
}

/**
 * The choices of an arrow from the best to the worst. Most arrows take their first one, and to rate a choice means to
 * compare it with the lines near it: so a choice is made and rated only once it could be the next.
 *
 *     by price ──▶ rated: with what it costs to be cut there ──▶ ranked ──▶ last: always allowed
 */
export class RankedChoices<Words> {
  readonly #waiting: (Choice<Words> & { index: number })[];
  readonly #rate: (label: Words) => number | undefined;
  readonly #last: () => Words;
  readonly #rated: Rated<Words>[] = [];
  readonly #ranked: Words[] = [];

  /**
   * @param choices the last of them is also the last resort
   * @param rate what is added to the price; undefined if the words may not stand there
   */
  constructor(choices: readonly Choice<Words>[], rate: (label: Words) => number | undefined) {
    // The best one is taken from the end.
    this.#waiting = choices
      .map(({ make, price }, index) => ({ make, price, index }))
      .sort((a, b) => b.price - a.price || b.index - a.index);
    this.#rate = rate;
    this.#last = choices.at(-1)!.make;
  }

  /** @param rank 0: the best; infinite: the last resort */
  at(rank: number): Words {
    return this.isLast(rank) ? this.#last() : this.#ranked[rank]!;
  }

  isLast(rank: number): boolean {
    if (rank === Infinity) return true;
    while (this.#ranked.length <= rank && this.#rankNext());
    return rank >= this.#ranked.length;
  }

  #rankNext(): boolean {
    let best = this.#best();
    for (let next = this.#waiting.at(-1); next && (!best || next.price <= best.price); next = this.#waiting.at(-1)) {
      this.#waiting.pop();
      const label = next.make();
      const more = this.#rate(label);
      if (more !== undefined) this.#rated.push({ label, price: next.price + more, index: next.index });
      best = this.#best();
    }
    if (!best) return false;
    this.#rated.splice(this.#rated.indexOf(best), 1);
    this.#ranked.push(best.label);
    return true;
  }

  #best(): Rated<Words> | undefined {
    let best: Rated<Words> | undefined;
    for (const each of this.#rated)
      if (!best || each.price < best.price || (each.price === best.price && each.index < best.index)) best = each;
    return best;
  }
}
