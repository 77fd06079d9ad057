import { BridgeError } from '../../../errors.ts';
import { monotonicUs } from '../../../machine/clock.ts';
import type { TcpPacket } from '../../../packet/packet.ts';
import { SegmentFlow } from '../../../packet/flow/segment-flow.ts';
import { since } from '../../../sources/run-time.ts';
import type { Watch } from '../../../sources/source.ts';
import type { LinkSettings, WireAction } from '../../../trace/link.ts';
import type { Sink } from '../../../trace/report.ts';
import type { Segment, Side } from '../../../trace/step.ts';
import type { StateOfPort } from '../lab-messages.ts';
import { LinkPlan } from './faults/plan.ts';
import { HeldSegments, stepOf, type Carried, type HeldSegment } from './held-segments.ts';
import { Settling } from './connection-over.ts';
import { Transit, type Deliver } from './transit.ts';

export interface LinkFlowOptions {
  settings: LinkSettings;
  /** As in `RunOnWire`. */
  paced?: boolean;
  /** Microseconds of the monotonic clock: the run's zero. */
  zero: number;
  sink: Sink;
  deliver: Deliver;
  /** The run is over: its later packets belong to no run. */
  onStop(): void;
  /** Microseconds of the monotonic clock; a test may bring its own. */
  clock?: () => number;
}

/**
 * One run's connection on the link: each of its segments becomes a step, and meets the faults of the run's settings.
 * Packets still under way when the run is over are delivered when they are due, without a report.
 *
 *     packet ─▶ segment ─▶ decision ─▶ waits? ─▶ transit ─▶ the other host
 *                  └──────────┴───────────┴─────────┴─▶ reports
 */
export class LinkFlow implements Watch {
  readonly watchesServer = false;
  readonly #zero: number;
  readonly #clock: () => number;
  readonly #onStop: () => void;
  readonly #plan: LinkPlan;
  readonly #segments = new SegmentFlow();
  readonly #held: HeldSegments;
  readonly #transit: Transit;
  readonly #settling = new Settling(() => this.#isWireEmpty);
  #sightings = 0;
  #sink: Sink | undefined;

  constructor({ settings, paced = false, zero, sink, deliver, onStop, clock = monotonicUs }: LinkFlowOptions) {
    this.#zero = zero;
    this.#clock = clock;
    this.#onStop = onStop;
    this.#sink = sink;
    this.#plan = new LinkPlan(settings);
    this.#held = new HeldSegments(settings.mayOvertake ?? false);
    this.#transit = new Transit(deliver, paced);
  }

  /** The link knows the client's port before the client connects. */
  connectedFrom(): void {}

  /**
   * Takes a packet that a host sent.
   * @param at when it was sent: microseconds of the monotonic clock, as `now`
   */
  carry(from: Side, packet: Uint8Array, { tcp, header }: TcpPacket, at: number, now: number): void {
    this.#settling.sent(from);
    const { flags, payloadLength: length } = tcp;
    const decided = this.#plan.decide({ from, flags, length, packetLength: packet.length });
    const fate = decided.dropped ? 'dropped' : 'underway';
    const segment = this.#segments.segment(from, tcp, { sentAt: since(this.#zero, at), fate, header });
    if (decided.dropped) return this.#report(segment);
    const carried = { segment, packet, decided, sentAt: now };
    const held = this.#held.stop(carried);
    if (held) this.#report(stepOf(held, 'held'));
    else this.#pass(carried, now);
  }

  /**
   * Does to a held segment what the viewer chose. One that waits behind another goes when that one has gone. After a drop,
   * the last repetition that its kernel sent is held instead.
   * @throws BridgeError `NOT_HELD`
   */
  act(id: string, action: WireAction): void {
    const held = this.#held.find(id);
    if (!held) throw new BridgeError('NOT_HELD', 'No segment of this id is held.');
    if (action === 'drop') {
      this.#report(stepOf(held, 'dropped'));
      const next = this.#held.drop(held);
      if (next) this.#report(stepOf(next, 'held'));
    } else {
      held.isHeld = false;
      if (action === 'duplicate') held.decided = { ...held.decided, duplicated: true };
    }
    const { from } = held.segment;
    this.#goOn(this.#held.leave(from));
    for (const renewed of this.#held.renewed(from)) this.#report(stepOf(renewed, 'held'));
  }

  /** Sends all held segments on their way. From now on none is held. */
  letGo(): void {
    this.#goOn(this.#held.release());
  }

  /** A host reports its kernel's state and, after a delivery, when the kernel got the packet. */
  saw(side: Side, { state, at, expiresMs, deliveredAt }: Omit<StateOfPort, 'serverPort'>): void {
    if (deliveredAt !== undefined) this.#arrived(side, deliveredAt);
    const id = `${side}.sighting.${this.#sightings++}`;
    const lasts = expiresMs === undefined ? {} : { expiresMs };
    this.#sink?.({ kind: 'sighting', id, at: since(this.#zero, at), side, state, ...lasts });
    this.#settling.saw(side, state);
  }

  whenSettled(callback: () => void): void {
    this.#settling.whenSettled(callback);
  }

  get busy(): boolean {
    return !this.#isWireEmpty || this.#settling.isUnacknowledged;
  }

  stop(): void {
    this.letGo();
    this.#sink = undefined;
    this.#settling.stopWaiting();
    this.#onStop();
  }

  get #isWireEmpty(): boolean {
    return this.#held.size === 0 && this.#transit.size === 0;
  }

  #goOn(leaving: readonly HeldSegment[]): void {
    const now = this.#clock();
    for (const held of leaving) this.#pass({ ...held, segment: stepOf(held, 'underway') }, now);
  }

  #pass({ segment, packet, decided, sentAt }: Carried, now: number): void {
    const arrivesAt = this.#plan.arrival(decided, now, now - sentAt);
    this.#send(segment, packet, arrivesAt, now);
    if (!decided.duplicated) return;
    const copy = this.#segments.duplicateOf(segment, since(this.#zero, now));
    // A host may rewrite a packet in place: the copy has bytes of its own.
    this.#send(copy, packet.slice(), arrivesAt, now);
  }

  #send(segment: Segment, packet: Uint8Array, arrivesAt: number, now: number): void {
    this.#report(segment);
    this.#transit.send({ segment, packet, arrivesAt }, now);
  }

  #arrived(side: Side, at: number): void {
    const segment = this.#transit.arrived(side);
    if (!segment) return;
    this.#report({ ...segment, fate: 'delivered', arrivedAt: since(this.#zero, at) });
    this.#settling.arrived(segment);
  }

  #report(segment: Segment): void {
    this.#sink?.(segment);
  }
}
