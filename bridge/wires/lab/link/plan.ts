import type { LinkSettings, SegmentSelector } from '../../../trace/link.ts';
import type { Flag, Side } from '../../../trace/step.ts';
import { seededRandom } from './seeded-random.ts';
import { Selection } from './selection.ts';

/** What the link is about to carry. */
export interface Cargo {
  from: Side;
  flags: readonly Flag[];
  /** Bytes of data in the segment. */
  length: number;
  /** Bytes of the whole IP packet. */
  packetLength: number;
}

/** What becomes of it. */
export interface Plan {
  dropped: boolean;
  held: boolean;
  /** Microseconds of the monotonic clock at which it arrives. */
  arrivesAt: number;
  /** Whether a second copy arrives right behind. */
  duplicated: boolean;
}

/** A packet that is overtaken waits at least so long, in microseconds. */
const OVERTAKEN_US = 10_000;

/**
 * Decides what becomes of each packet of one run. Random faults come from the seed, each kind of fault with numbers of
 * its own, as many for each packet: the same seed gives the same faults whatever else is set.
 *
 *     packet ─▶ dropped? ─▶ held? ─▶ queue (rate) ─▶ delay, jitter, reordering ─▶ duplicated?
 */
export class LinkPlan {
  readonly #settings: LinkSettings;
  readonly #drop: Selection;
  readonly #hold: Selection;
  readonly #ways: Record<Side, Way>;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
    this.#drop = new Selection(settings.drop ?? []);
    this.#hold = new Selection(holdSelectors(settings.hold));
    const seed = settings.seed ?? 0;
    this.#ways = { client: new Way(settings, 2 * seed), server: new Way(settings, 2 * seed + 1) };
  }

  /** @param now microseconds of the monotonic clock */
  decide(cargo: Cargo, now: number): Plan {
    const way = this.#ways[cargo.from];
    const chance = way.chances();
    const dropped = this.#drop.matches(cargo) || chance.loss < (this.#settings.lossPercent ?? 0);
    const held = this.#hold.matches(cargo) && !dropped;
    const overtaken = chance.reorder < (this.#settings.reorderPercent ?? 0);
    return {
      dropped,
      held,
      arrivesAt: dropped || held ? now : way.arrival(cargo.packetLength, chance.jitter, overtaken, now),
      duplicated: chance.duplicate < (this.#settings.duplicatePercent ?? 0),
    };
  }
}

function holdSelectors(hold: LinkSettings['hold']): readonly SegmentSelector[] {
  if (Array.isArray(hold)) return hold;
  return hold ? [{ every: true }] : [];
}

/** One direction of the link. */
class Way {
  readonly #settings: LinkSettings;
  readonly #random: () => number;
  #busyUntil = -Infinity;
  #lastArrival = -Infinity;

  constructor(settings: LinkSettings, seed: number) {
    this.#settings = settings;
    this.#random = seededRandom(seed);
  }

  /** Percentages from 0 up to 100, and jitter from -1 to 1. */
  chances(): { loss: number; duplicate: number; reorder: number; jitter: number } {
    const [loss, duplicate, reorder, jitter] = [this.#random(), this.#random(), this.#random(), this.#random()];
    return { loss: loss * 100, duplicate: duplicate * 100, reorder: reorder * 100, jitter: jitter * 2 - 1 };
  }

  arrival(bytes: number, jitter: number, overtaken: boolean, now: number): number {
    const { delayMs = 0, jitterMs = 0, kbitPerSecond } = this.#settings;
    const sendingUs = kbitPerSecond === undefined ? 0 : (bytes * 8 * 1000) / kbitPerSecond;
    this.#busyUntil = Math.max(now, this.#busyUntil) + sendingUs;
    const underWay = Math.max(0, delayMs + jitter * jitterMs) * 1000;
    const inOrder = Math.max(this.#busyUntil + underWay, this.#lastArrival);
    // Those behind it need not wait for it.
    if (overtaken) return inOrder + Math.max(OVERTAKEN_US, delayMs * 1000);
    this.#lastArrival = inOrder;
    return inOrder;
  }
}
