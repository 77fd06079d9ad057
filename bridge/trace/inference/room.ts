import { toTenths } from '../step.ts';

/** The moments between two, in microseconds. */
export interface Interval {
  from: number;
  until: number;
}

/** The smallest difference between two times of a trace. */
export const TENTH = 0.1;

/**
 * The moments at which a program can have made a call: all but those at which it was blocked.
 *
 *     blocked      ├───────┤      ├────┤
 *     room     ────┘       └──────┘    └────
 */
export class Room {
  /** In order, and none touches another. */
  readonly #blocked: Interval[] = [];

  constructor(blocked: readonly Interval[]) {
    for (const { from, until } of [...blocked].sort((a, b) => a.from - b.from)) {
      const last = this.#blocked.at(-1);
      if (last && from <= last.until) last.until = Math.max(last.until, until);
      else if (until > from) this.#blocked.push({ from, until });
    }
  }

  /** The last moment from `earliest` to `latest` with room; undefined if there is none. */
  last(earliest: number, latest: number): number | undefined {
    const blocked = this.#at(latest);
    const moment = blocked ? toTenths(blocked.from - TENTH) : latest;
    return moment >= earliest ? moment : undefined;
  }

  /** The first moment from `earliest` to `latest` with room; undefined if there is none. */
  first(earliest: number, latest: number): number | undefined {
    const moment = this.#at(earliest)?.until ?? earliest;
    return moment <= latest ? moment : undefined;
  }

  /** The interval in which the program was blocked at this moment. At its end, the program makes calls again. */
  #at(moment: number): Interval | undefined {
    return this.#blocked.find(({ from, until }) => from <= moment && moment < until);
  }
}
