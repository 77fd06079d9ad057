import type { Moment } from '../../../reading/moments.ts';

/** Height of a row at the usual spacing: each step has its own, whatever time lies between. */
export const ROW = 26;
/** How far below the one before each kind of row stands, at the usual spacing. */
export const USUAL = {
  row: ROW,
  /** Before the return of a call. */
  return: 19,
  /** A state that changes with the segment just sent stands closer to it. */
  state: 15,
  arrival: 12,
  /** A second line below a state: how long it lasts. */
  note: 15,
};
/** Columns of words: the programs, beside each the states of its kernel, and the wire. */
const [CLIENT, SERVER, STATES] = [0, 1, 2];
export const WIRE = 4;
/** However little room there is, the order of rows can be seen. */
const LEAST = 8;
const LEAST_ARRIVAL = 4;
/** From one line of words to the next one in the same column. */
const WORDS = 15;

/** Where words stand, by column: rows come closer if their words stand in different columns. */
export class WordsByColumn {
  readonly #looseness: number;
  readonly #areTogether: boolean;
  readonly #lowest = [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity];

  /**
   * @param looseness 1: rows are as far apart as usual. 0: as close as their words allow
   * @param areTogether calls and states share a column
   */
  constructor(looseness: number, areTogether: boolean) {
    this.#looseness = looseness;
    this.#areTogether = areTogether;
  }

  /** The lowest words of all. */
  get bottom(): number {
    return Math.max(...this.#lowest);
  }

  /** Above the first row. */
  get first(): number {
    return LEAST + (USUAL.row - LEAST) * this.#looseness;
  }

  /** The height of a row in which a cursor stands. */
  get row(): number {
    return WORDS + (USUAL.row - WORDS) * this.#looseness;
  }

  /** From the row above to that of this moment: at most as far as usual, unless words would meet. */
  gap(moment: Moment, usual: number, y: number): number {
    if (usual === 0) return 0;
    const least = moment.what === 'arrive' ? LEAST_ARRIVAL : this.least(this.#columnOf(moment), y);
    return least + Math.max(0, usual - least) * this.#looseness;
  }

  /** How far below `y` a row may stand at least if it has words in this column. */
  least(column: number, y: number): number {
    return Math.max(LEAST, this.#lowest[column]! + WORDS - y);
  }

  /** @param lines the lines of words in that row and below */
  write(moment: Moment, y: number, lines: number): void {
    if (moment.what !== 'arrive') this.writeIn(this.#columnOf(moment), y + (lines - 1) * WORDS);
  }

  writeIn(column: number, y: number): void {
    this.#lowest[column] = y;
  }

  #columnOf({ what, step }: Moment): number {
    if (what === 'begin' && step.kind === 'segment') return WIRE;
    const program = step.side === 'client' ? CLIENT : SERVER;
    return step.kind === 'state' && !this.#areTogether ? program + STATES : program;
  }
}
