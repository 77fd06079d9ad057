import { otherSide, type Segment, type Side } from '../../../trace/step.ts';
import { Pace } from './pace.ts';

/** The most that a timer of Node can wait: 2^31 - 1 milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Gives a packet to the kernel of the host on that side. */
export type Deliver = (to: Side, packet: Uint8Array) => void;

/** A packet under way, and its segment. */
export interface UnderWay {
  segment: Segment;
  packet: Uint8Array;
  /** Microseconds of the monotonic clock. */
  arrivesAt: number;
  timer?: NodeJS.Timeout;
}

/**
 * The packets of one run that are under way, until their hosts confirm that the kernels got them.
 *
 *     send ─▶ wait, in the order of arrival ─▶ pace, if any ─▶ deliver ─▶ host ─▶ arrived
 */
export class Transit {
  readonly #deliverPacket: Deliver;
  readonly #paceToServer: Pace<UnderWay> | undefined;
  #size = 0;
  /** By the side that they go to, in the order of arrival: not yet due. */
  readonly #coming: Record<Side, UnderWay[]> = { client: [], server: [] };
  /** By the side that they go to: delivered, and not yet confirmed by the host. */
  readonly #unconfirmed: Record<Side, Segment[]> = { client: [], server: [] };

  /** @param paced whether the server gets one packet at a time */
  constructor(deliver: Deliver, paced: boolean) {
    this.#deliverPacket = deliver;
    this.#paceToServer = paced ? new Pace((underWay) => this.#deliver(underWay)) : undefined;
  }

  /** How many packets are under way. */
  get size(): number {
    return this.#size;
  }

  /** @param now microseconds of the monotonic clock */
  send(underWay: UnderWay, now: number): void {
    const { segment, arrivesAt } = underWay;
    this.#size += 1;
    const coming = this.#coming[otherSide(segment.from)];
    const before = coming.findLastIndex((other) => other.arrivesAt <= arrivesAt);
    coming.splice(before + 1, 0, underWay);
    const waitMs = (arrivesAt - now) / 1000;
    if (waitMs <= 0) this.#due(underWay);
    // A longer timer would fire at once. No run lasts that long.
    else underWay.timer = setTimeout(() => this.#due(underWay), Math.min(waitMs, LONGEST_TIMER_MS));
  }

  /** A host confirms the packet that it was given first. */
  arrived(side: Side): Segment | undefined {
    const segment = this.#unconfirmed[side].shift();
    if (!segment) return undefined;
    if (side === 'server') this.#paceToServer?.arrived();
    this.#size -= 1;
    return segment;
  }

  /** Timers may be late by a millisecond or so. Packets that should have arrived before this one go first. */
  #due(underWay: UnderWay): void {
    const coming = this.#coming[otherSide(underWay.segment.from)];
    for (const due of coming.splice(0, coming.indexOf(underWay) + 1)) {
      clearTimeout(due.timer);
      if (this.#paceToServer && due.segment.from === 'client') this.#paceToServer.add(due);
      else this.#deliver(due);
    }
  }

  #deliver({ segment, packet }: UnderWay): void {
    const to = otherSide(segment.from);
    this.#unconfirmed[to].push(segment);
    this.#deliverPacket(to, packet);
  }
}
