import { BridgeError } from '../../../errors.ts';
import { monotonicUs } from '../../../machine/clock.ts';
import type { TcpPacket } from '../../../packet/packet.ts';
import { SegmentFlow } from '../../../packet/flow/segment-flow.ts';
import type { Watch } from '../../../sources/source.ts';
import { otherSide, toTenths } from '../../../trace/draft.ts';
import type { LinkSettings, WireAction } from '../../../trace/link.ts';
import type { Sink } from '../../../trace/report.ts';
import type { Segment, Side, TcpState } from '../../../trace/step.ts';
import { HeldSegments, type HeldSegment } from './held-segments.ts';
import type { StateOfPort } from '../lab-messages.ts';
import { LinkPlan } from './plan.ts';
import type { Deliver } from './link.ts';
import { Pace } from './pace.ts';

export interface LinkFlowOptions {
  settings: LinkSettings;
  /** See `RunOnWire`. */
  unhurried?: boolean;
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
  /** Microseconds of the monotonic clock. */
  arrivesAt: number;
  timer?: NodeJS.Timeout;
}

/** States after which a kernel sends nothing more of its own accord. */
const OVER: ReadonlySet<TcpState> = new Set(['CLOSED', 'LISTEN', 'TIME_WAIT']);

/**
 * Milliseconds: a kernel that is done may still answer what comes to it (RFC 9293 §3.10.7.1: a reset), at once, but its
 * host tells the packet after the state.
 */
const ANSWER_MS = 20;

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
  /** By the side that they go to: not yet delivered, in the order of arrival. */
  readonly #coming: Record<Side, UnderWay[]> = { client: [], server: [] };
  readonly #pace = new Pace<UnderWay>((underWay) => this.#deliver(underWay));
  readonly #held = new HeldSegments();
  #letGo = false;
  /** By the side that they go to: delivered, and not yet confirmed by its host. */
  readonly #handedOver: Record<Side, Segment[]> = { client: [], server: [] };
  readonly #states: Partial<Record<Side, TcpState>> = {};
  #sightings = 0;
  #sink: Sink | undefined;
  #whenSettled: (() => void) | undefined;
  /** Who may be about to answer, and how long that is waited for. */
  #answering: { side: Side; timer: NodeJS.Timeout } | undefined;

  constructor(options: LinkFlowOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#plan = new LinkPlan(options.settings);
  }

  connectedFrom(): void {}

  /** @param at when it was sent, @param now: both in microseconds of the monotonic clock */
  carry(from: Side, packet: Uint8Array, { tcp, header }: TcpPacket, at: number, now: number): void {
    if (from === this.#answering?.side) this.#answered();
    const plan = this.#plan.decide(
      { from, flags: tcp.flags, length: tcp.payloadLength, packetLength: packet.length },
      now,
    );
    const fate = plan.dropped ? 'dropped' : 'underway';
    const segment = this.#segments.segment(from, tcp, { sentAt: this.#since(at), fate, header });
    if (plan.dropped) return this.#tell(segment);
    const repeated = this.#held.repeated(segment, packet);
    if (repeated) return this.#tellHeld(repeated);
    if (plan.held && !this.#letGo) return this.#tellHeld(this.#held.hold(segment, packet));
    const { arrivesAt } = plan;
    this.#send({ segment, packet, arrivesAt }, now);
    if (plan.duplicated) {
      const copy = this.#segments.duplicateOf(segment, this.#since(now));
      this.#send({ segment: copy, packet: packet.slice(), arrivesAt }, now);
    }
  }

  /**
   * What the viewer does with a segment in mid-wire. Dropped, it makes room for the last of the repetitions that its kernel
   * sent meanwhile; duplicated, it is delivered with a copy behind it.
   * @throws BridgeError `NOT_HELD`
   */
  act(id: string, action: WireAction): void {
    const held = this.#held.take(id);
    if (!held) throw new BridgeError('NOT_HELD', 'No segment of this id is held.');
    const now = monotonicUs();
    if (action === 'drop') this.#dropHeld(held);
    else this.#send({ segment: passing(held), packet: held.packet, arrivesAt: now }, now);
    if (action !== 'duplicate') return;
    const segment = this.#segments.duplicateOf(passing(held), this.#since(now));
    this.#send({ segment, packet: held.packet.slice(), arrivesAt: now }, now);
  }

  /** Holds nothing any more: what is held goes its way. */
  letGo(): void {
    this.#letGo = true;
    const now = monotonicUs();
    for (const held of this.#held.takeAll())
      this.#send({ segment: passing(held), packet: held.packet, arrivesAt: now }, now);
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
    return (
      this.#held.size + this.#underWay.size > 0 ||
      [client, server].some((state) => state !== undefined && UNANSWERED.has(state))
    );
  }

  stop(): void {
    this.letGo();
    this.#sink = undefined;
    this.#answered();
    this.#options.onStop();
  }

  #dropHeld({ segment, repetition, repeats }: HeldSegment): void {
    this.#tell({ ...segment, fate: 'dropped', ...(repeats > 1 && { repeats: repeats - 1 }) });
    if (repetition) this.#tellHeld(this.#held.hold(repetition.segment, repetition.packet));
  }

  #tellHeld({ segment, repeats }: HeldSegment): void {
    this.#tell({ ...segment, fate: 'held', ...(repeats > 0 && { repeats }) });
  }

  #send(underWay: UnderWay, now: number): void {
    const { segment, arrivesAt } = underWay;
    this.#underWay.set(segment.id, underWay);
    this.#tell(segment);
    const coming = this.#coming[otherSide(segment.from)];
    const before = coming.findLastIndex((other) => other.arrivesAt <= arrivesAt);
    coming.splice(before + 1, 0, underWay);
    const waitMs = (arrivesAt - now) / 1000;
    if (waitMs <= 0) this.#due(underWay);
    else underWay.timer = setTimeout(() => this.#due(underWay), waitMs);
  }

  /** Timers are exact to a millisecond or so: what should have arrived before it goes first. */
  #due(underWay: UnderWay): void {
    const coming = this.#coming[otherSide(underWay.segment.from)];
    for (const due of coming.splice(0, coming.indexOf(underWay) + 1)) {
      clearTimeout(due.timer);
      if (this.#options.unhurried && due.segment.from === 'client') this.#pace.release(due);
      else this.#deliver(due);
    }
  }

  #deliver({ segment, packet }: UnderWay): void {
    const to = otherSide(segment.from);
    this.#handedOver[to].push(segment);
    this.#options.deliver(to, packet);
  }

  #arrived(side: Side, at: number): void {
    const segment = this.#handedOver[side].shift();
    if (!segment) return;
    if (side === 'server') this.#pace.arrived();
    this.#underWay.delete(segment.id);
    this.#tell({ ...segment, fate: 'delivered', arrivedAt: this.#since(at) });
    const state = this.#states[side];
    if (state && OVER.has(state) && !segment.flags.includes('RST')) this.#awaitAnswer(side);
  }

  #awaitAnswer(side: Side): void {
    this.#answered();
    const timer = setTimeout(() => {
      this.#answered();
      this.#settle();
    }, ANSWER_MS);
    this.#answering = { side, timer };
  }

  #answered(): void {
    clearTimeout(this.#answering?.timer);
    this.#answering = undefined;
  }

  /** Over, when both kernels are done with it and nothing is under way. */
  #settle(): void {
    const { client, server } = this.#states;
    if (!this.#whenSettled || this.#answering || this.#held.size + this.#underWay.size > 0) return;
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

/** A held segment on its way again. */
function passing({ segment, repeats }: HeldSegment): Segment {
  return { ...segment, fate: 'underway', ...(repeats > 0 && { repeats }) };
}
