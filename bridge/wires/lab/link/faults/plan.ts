/**
 * The faults of the link, one file each. They decide what happens to each packet of one run, from the run's settings and
 * its seed alone. They know no hosts and no timers, and report nothing.
 *
 *     packet ─▶ drop, loss ─▶ hold ─▶ duplication ─ neither dropped nor held? ─▶ rate ─▶ delay ─▶ reordering ─▶ plan
 *
 * To add a fault: its setting in trace/link.ts and protocol/messages.ts, a class here, and its place in a list below. A
 * fault that does something new also needs a field in Plan, and LinkFlow does what it says.
 */
import type { LinkSettings } from '../../../../trace/link.ts';
import type { Side } from '../../../../trace/step.ts';
import { chancesFrom, type Chances } from './chances.ts';
import { Delay } from './delay.ts';
import { Drop } from './drop.ts';
import { Duplication } from './duplication.ts';
import type { Cargo, Fault, Plan } from './fault.ts';
import { Hold } from './hold.ts';
import { Loss } from './loss.ts';
import { Rate } from './rate.ts';
import { Reordering } from './reordering.ts';

/** One direction of the link. */
interface Direction {
  chances: () => Chances;
  /** How a packet travels that is neither dropped nor held. */
  travel: readonly Fault[];
}

/** The same seed gives the same faults to the same packets. */
export class LinkPlan {
  /** Whether a packet travels at all, and how often. They count the packets of both directions. */
  readonly #fate: readonly Fault[];
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

  /** @param now microseconds of the monotonic clock */
  decide(cargo: Cargo, now: number): Plan {
    const direction = this.#directions[cargo.from];
    const chances = direction.chances();
    const plan: Plan = { dropped: false, held: false, arrivesAt: now, duplicated: false };
    for (const fault of this.#fate) fault.apply(plan, cargo, chances);
    if (!plan.dropped && !plan.held) for (const fault of direction.travel) fault.apply(plan, cargo, chances);
    return plan;
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
function activeFaults(faults: readonly (Fault | 0 | false | undefined)[]): Fault[] {
  return faults.filter((fault) => typeof fault === 'object');
}
