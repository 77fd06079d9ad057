import type { TcpPacket } from '../../packet/packet.ts';
import { SegmentFlow } from '../../packet/segment-flow.ts';
import type { Watch } from '../../sources/source.ts';
import { otherSide, toTenths } from '../../trace/draft.ts';
import type { LinkSettings } from '../../trace/link.ts';
import type { Sink } from '../../trace/report.ts';
import type { Segment, Side, TcpState } from '../../trace/step.ts';
import type { StateOfPort } from './lab-messages.ts';
import { LinkPlan } from './link-plan.ts';
import type { Deliver } from './link.ts';

export interface LinkFlowOptions {
  settings: LinkSettings;
  /** Microseconds of the monotonic clock: the run's zero. */
  zero: number;
  sink: Sink;
  deliver: Deliver;
  /** The run is over: from now on its packets are nobody's. */
  onStop(): void;
}

/** A packet on its way. */
interface UnderWay {
  segment: Segment;
  packet: Uint8Array;
  timer?: NodeJS.Timeout;
}

/** States after which a kernel sends nothing more of its own accord. */
const OVER: ReadonlySet<TcpState> = new Set(['CLOSED', 'LISTEN', 'TIME_WAIT']);

/** States in which a kernel waits for an acknowledgment of its SYN or FIN. */
const UNANSWERED: ReadonlySet<TcpState> = new Set(['SYN_RCVD', 'FIN_WAIT_1', 'CLOSING', 'LAST_ACK']);

/**
 * One run's connection on the link: each of its segments becomes a step, and meets what the run's settings have for it.
 * Packets that are under way when the run is over are delivered as they are due, untold.
 */
export class LinkFlow implements Watch {
  readonly watchesServer = false;
  readonly #options: LinkFlowOptions;
  readonly #plan: LinkPlan;
  readonly #segments = new SegmentFlow();
  readonly #underWay = new Map<string, UnderWay>();
  /** By the side that they go to: delivered, and not yet confirmed by its host. */
  readonly #handedOver: Record<Side, Segment[]> = { client: [], server: [] };
  readonly #states: Partial<Record<Side, TcpState>> = {};
  #sightings = 0;
  #sink: Sink | undefined;
  #whenSettled: (() => void) | undefined;

  constructor(options: LinkFlowOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#plan = new LinkPlan(options.settings);
  }

  connectedFrom(): void {}

  /** @param at when it was sent, @param now: both in microseconds of the monotonic clock */
  carry(from: Side, packet: Uint8Array, { tcp, header }: TcpPacket, at: number, now: number): void {
    const plan = this.#plan.decide(
      { from, flags: tcp.flags, length: tcp.payloadLength, packetLength: packet.length },
      now,
    );
    const fate = plan.dropped ? 'dropped' : 'underway';
    const segment = this.#segments.segment(from, tcp, { sentAt: this.#since(at), fate, header });
    if (plan.dropped) return this.#tell(segment);
    const underWay = { segment, packet };
    this.#send(underWay, plan.arrivesAt, now);
    if (plan.duplicated) {
      const copy = this.#segments.duplicateOf(segment, this.#since(now));
      this.#send({ segment: copy, packet: packet.slice() }, plan.arrivesAt, now);
    }
  }

  /** A host's kernel says in which state its end is, and when it got the packet before that. */
  saw(side: Side, { state, at, expiresMs, deliveredAt }: StateOfPort): void {
    if (deliveredAt !== undefined) this.#arrived(side, deliveredAt);
    this.#states[side] = state;
    const id = `${side}.sighting.${this.#sightings++}`;
    const lasts = expiresMs === undefined ? {} : { expiresMs };
    this.#sink?.({ kind: 'sighting', id, at: this.#since(at), side, state, ...lasts });
    this.#settle();
  }

  whenSettled(callback: () => void): void {
    this.#whenSettled = callback;
    this.#settle();
  }

  /** Whether a kernel waits for an answer that is still to come: it will send again. */
  get busy(): boolean {
    const { client, server } = this.#states;
    return this.#underWay.size > 0 || [client, server].some((state) => state !== undefined && UNANSWERED.has(state));
  }

  stop(): void {
    this.#sink = undefined;
    this.#options.onStop();
  }

  #send(underWay: UnderWay, arrivesAt: number, now: number): void {
    const { segment } = underWay;
    this.#underWay.set(segment.id, underWay);
    this.#tell(segment);
    const waitMs = (arrivesAt - now) / 1000;
    if (waitMs <= 0) this.#deliver(underWay);
    else underWay.timer = setTimeout(() => this.#deliver(underWay), waitMs);
  }

  #deliver({ segment, packet }: UnderWay): void {
    const to = otherSide(segment.from);
    this.#handedOver[to].push(segment);
    this.#options.deliver(to, packet);
  }

  #arrived(side: Side, at: number): void {
    const segment = this.#handedOver[side].shift();
    if (!segment) return;
    this.#underWay.delete(segment.id);
    this.#tell({ ...segment, fate: 'delivered', arrivedAt: this.#since(at) });
  }

  /** Over, when both kernels are done with it and nothing is under way. */
  #settle(): void {
    const { client, server } = this.#states;
    if (!this.#whenSettled || this.#underWay.size > 0) return;
    if (!client || !OVER.has(client) || (server && !OVER.has(server))) return;
    const callback = this.#whenSettled;
    this.#whenSettled = undefined;
    callback();
  }

  #tell(segment: Segment): void {
    this.#sink?.(segment);
  }

  #since(at: number): number {
    return toTenths(at - this.#options.zero);
  }
}
