/**
 * The faults of the link, one file each. They decide what happens to each packet of one run, from the run's settings and
 * its seed alone. They know no hosts and no timers, and report nothing.
 *
 *     packet ─▶ drop, loss ─▶ hold ─▶ duplication ─▶ decision ─ sent, or let go ─▶ rate ─▶ delay ─▶ reordering ─▶ arrival
 *
 * To add a fault: its setting in trace/link.ts and protocol/messages.ts, a class here, and its place in a list below. A
 * fault that does something new also needs a field in Decision or Travel, and LinkFlow does what it says.
 */
import type { LinkSettings } from '../../../../trace/link.ts';
import type { Side } from '../../../../trace/step.ts';
import { chancesFrom, type Chances } from './chances.ts';
import { Delay } from './delay.ts';
import { Drop } from './drop.ts';
import { Duplication } from './duplication.ts';
import type { Cargo, Decision, Fault, Travel } from './fault.ts';
import { Hold } from './hold.ts';
import { Loss } from './loss.ts';
import { Rate } from './rate.ts';
import { Reordering } from './reordering.ts';

/** One direction of the link. */
interface Direction {
  chances: () => Chances;
  /** How a packet travels once it goes on its way. */
  travel: readonly Fault<Travel>[];
}

/** A decision about a packet, with the random numbers that its travel depends on. */
export interface Decided extends Decision {
  cargo: Cargo;
  chances: Chances;
}

/** The same seed gives the same faults to the same packets. */
export class LinkPlan {
  /** Whether a packet travels at all, and how often. They count the packets of both directions. */
  readonly #fate: readonly Fault<Decision>[];
  readonly #directions: Record<Side, Direction>;

  constructor(settings: LinkSettings) {
    const { drop, lossPercent, hold, duplicatePercent, seed = 0 } = settings;
    this.#fate = activeFaults([
      drop && new Drop(drop),
      lossPercent && new Loss(lossPercent),
      hold && new Hold(hold),
      duplicatePercent && new Duplication(duplicatePercent),
    ]);
    this.#directions = { client: directionOf(settings, 2 * seed), server: directionOf(settings, 2 * seed + 1) };
  }

  /** Call it for each packet, in the order of sending. */
  decide(cargo: Cargo): Decided {
    const chances = this.#directions[cargo.from].chances();
    const decided: Decided = { dropped: false, held: false, duplicated: false, cargo, chances };
    for (const fault of this.#fate) fault.apply(decided, cargo, chances);
    return decided;
  }

  /**
   * When a packet arrives that goes on its way now. Call it for the packets of one direction in the order in which they
   * go: none arrives before one that went earlier, unless the settings ask for another order.
   * @param now microseconds of the monotonic clock
   * @param waitedUs microseconds that it has waited in mid-wire
   * @returns microseconds of the monotonic clock
   */
  arrival({ cargo, chances }: Decided, now: number, waitedUs = 0): number {
    const travel: Travel = { arrivesAt: now, waitedUs };
    for (const fault of this.#directions[cargo.from].travel) fault.apply(travel, cargo, chances);
    return travel.arrivesAt;
  }
}

function directionOf(settings: LinkSettings, seed: number): Direction {
  const { kbitPerSecond, delayMs = 0, jitterMs = 0, reorderPercent = 0 } = settings;
  const travel = activeFaults([
    kbitPerSecond && new Rate(kbitPerSecond),
    (delayMs || jitterMs) && new Delay(delayMs, jitterMs),
    new Reordering(reorderPercent, delayMs),
  ]);
  return { chances: chancesFrom(seed), travel };
}

/** The faults that the settings ask for. */
function activeFaults<Outcome>(faults: readonly (Fault<Outcome> | 0 | false | undefined)[]): Fault<Outcome>[] {
  return faults.filter((fault) => typeof fault === 'object');
}
