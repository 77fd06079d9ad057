/** Something that went wrong and belongs to no run. */
export interface Trouble {
  /** Counts up with each report. */
  order: number;
  /** A stable code: the texts have its sentence. */
  code: string;
  message: string;
}

/** More at a time would fill the screen. */
const MOST_TROUBLES = 3;

/** The troubles that the viewer has not dismissed, oldest first. */
export class Troubles {
  #list = $state.raw<readonly Trouble[]>([]);
  #count = 0;

  get list(): readonly Trouble[] {
    return this.#list;
  }

  /** Adds a trouble. It replaces an earlier one with the same code, because a bridge may repeat itself without end. */
  report(code: string, message = ''): void {
    const others = this.#list.filter((trouble) => trouble.code !== code);
    this.#count += 1;
    this.#list = [...others, { order: this.#count, code, message }].slice(-MOST_TROUBLES);
  }

  dismiss(order: number): void {
    this.#list = this.#list.filter((trouble) => trouble.order !== order);
  }
}
