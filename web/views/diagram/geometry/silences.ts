import type { Segment, Side } from '../../../../bridge/trace/step.ts';
import type { Moment } from '../../../reading/moments.ts';

/** A time in which nothing happens, long enough to be worth a word. */
export interface Silence {
  /** Place among all moments of the one that ends it. */
  order: number;
  us: number;
  /** The timer that ran out and ended it. */
  timer?: Timer;
}

/** A timer of a kernel that ran while all was silent. */
export interface Timer {
  what: 'retransmission' | 'zero-window' | 'keep-alive' | 'giving-up';
  /** Whose timer it is. */
  side: Side;
  us: number;
  /** It took about twice as long as the one before for the same segment. */
  isDoubled: boolean;
}

/** No shorter time counts as a silence. */
export const LEAST_US = 200_000;
/** A segment that travels for so long is no silence: while it is under way, the time is that of the wire. */
export const TRAVELS = 3;
/** A time-out that is about twice the one before: kernels round, and answers come between. */
const DOUBLED = { least: 1.7, most: 2.4 };

/**
 * The silences of a trace. Each depends on what came before it and on what ends it, never on what comes later.
 * What comes before the run takes no time.
 */
export function silencesIn(moments: readonly Moment[]): Silence[] {
  const silences: Silence[] = [];
  const timers = new Timers();
  let quickest = Infinity;
  moments.forEach((moment, order) => {
    const { what, step, time } = moment;
    const former = moments[order - 1];
    if (what === 'arrive') quickest = Math.min(quickest, time - step.at);
    const us = former && former.time >= 0 ? time - former.time : 0;
    const timer =
      what === 'begin' && step.kind === 'segment'
        ? timers.ranFor(step, us)
        : what === 'return' && step.kind === 'call' && step.result === 'ETIMEDOUT'
          ? timers.ranOut(step.side, time)
          : undefined;
    const usual = quickest === Infinity ? 0 : TRAVELS * quickest;
    if (us >= (timer ? LEAST_US : Math.max(LEAST_US, usual))) silences.push({ order, us, ...(timer && { timer }) });
  });
  return silences;
}

/** Remembers when each segment was last sent, and how long the last wait for it was. */
class Timers {
  readonly #last = new Map<string, { at: number; us?: number }>();
  /** The last segment that each side sent again. */
  readonly #repeated = new Map<Side, string>();

  /** The timer that made a kernel send this segment, if one did. */
  ranFor(segment: Segment, silenceUs: number): Timer | undefined {
    const { id, at, from, probe, retransmissionOf, duplicateOf } = segment;
    if (duplicateOf !== undefined) return undefined;
    const key = probe ? `${from} ${probe}` : (retransmissionOf ?? id);
    const before = this.#last.get(key);
    const what = probe ?? (retransmissionOf === undefined ? undefined : 'retransmission');
    // A probe is sent so long after the last answer, a segment so long after its last copy.
    const us = probe || !before ? silenceUs : at - before.at;
    this.#last.set(key, { at, ...(what && silenceUs >= LEAST_US && { us }) });
    if (!what) return undefined;
    if (what === 'retransmission') this.#repeated.set(from, key);
    return { what, side: from, us, isDoubled: isDoubled(us, before?.us) };
  }

  /** The timer after which a kernel gave a connection up. */
  ranOut(side: Side, at: number): Timer | undefined {
    const before = this.#last.get(this.#repeated.get(side) ?? '');
    if (!before) return undefined;
    const us = at - before.at;
    return { what: 'giving-up', side, us, isDoubled: isDoubled(us, before.us) };
  }
}

function isDoubled(us: number, before: number | undefined): boolean {
  return before !== undefined && us >= DOUBLED.least * before && us <= DOUBLED.most * before;
}
