import { draftSegment, type Draft } from '../draft-step.ts';
import { type Flag, otherSide, type Reason, type Segment, type Side } from '../step.ts';
import { numberAfter } from '../tcp/sequence-number.ts';
import type { Transmission } from './transmissions.ts';

/** A kernel may delay an acknowledgment, but for less than half a second (RFC 9293 §3.8.6.3). */
const DELAYED_ACK_US = 500_000;
/** Two events at one end are at least this far apart. */
const INSTANT_US = 0.5;

export interface ExchangeInput {
  transmissions: Record<Side, readonly Transmission[]>;
  establishedAt: number;
  oneWayUs: number;
  /** Nothing more will be reported, so what TCP promises to deliver counts as delivered. */
  final: boolean;
  /** Microseconds since the client called connect(). */
  now: number;
}

/** PSH on the last segment of what was sent: RFC 9293 §3.9.1.2, MUST-61. */
const FLAGS: Record<'data' | 'fin' | 'rst', Flag[]> = { data: ['PSH', 'ACK'], fin: ['FIN', 'ACK'], rst: ['RST'] };

/** One end's kernel: what it has sent and received so far, in relative sequence numbers. */
interface Kernel {
  side: Side;
  queue: Transmission[];
  arrivals: Draft<Segment>[];
  next: number;
  expected: number;
  /** When the bytes that are not yet acknowledged arrived. */
  owesSince: number | undefined;
  lastArrival: number;
  clock: number;
  programLeft: boolean;
  gone: boolean;
}

/**
 * The segments after the handshake that must have crossed the wire, given what the programs sent and heard. It walks
 * through both ends' transmissions and arrivals in time order. It infers no segment that the standard leaves open: if
 * an acknowledgment could have travelled with another segment, it gets no segment of its own.
 */
export class Exchange {
  readonly segments: Draft<Segment>[] = [];
  readonly #input: ExchangeInput;
  readonly #kernels: Record<Side, Kernel>;

  constructor(input: ExchangeInput) {
    this.#input = input;
    this.#kernels = { client: this.#kernel('client'), server: this.#kernel('server') };
    while (this.#step());
  }

  #kernel(side: Side): Kernel {
    const { transmissions, establishedAt } = this.#input;
    return {
      side,
      queue: [...transmissions[side]],
      arrivals: [],
      next: 1,
      expected: 1,
      owesSince: undefined,
      lastArrival: establishedAt,
      clock: establishedAt,
      programLeft: false,
      gone: false,
    };
  }

  /** Handles the earliest event that is left. Returns false if there is none. */
  #step(): boolean {
    const { client, server } = this.#kernels;
    // At the same instant a transmission comes before an arrival.
    const sender = nextTransmission(client) <= nextTransmission(server) ? client : server;
    const receiver = nextArrival(client) <= nextArrival(server) ? client : server;
    if (nextTransmission(sender) <= nextArrival(receiver)) {
      const transmission = sender.queue.shift();
      if (!transmission) return false;
      this.#send(sender, transmission);
    } else this.#arrive(receiver, receiver.arrivals.shift()!);
    return true;
  }

  #send(from: Kernel, transmission: Transmission): void {
    if (transmission.what === 'leave') from.programLeft = true;
    if (transmission.what === 'leave' || from.gone) return;
    const { what, bytes, payload, reason, causedBy, heardAt, returnedAt } = transmission;
    const number = what === 'data' ? from.next : undefined;
    const sentAt = Math.max(transmission.at, from.clock + INSTANT_US);
    this.#transmit(from, {
      label: what,
      number,
      flags: FLAGS[what],
      length: bytes,
      payload,
      sentAt,
      heardAt,
      returnedAt,
      reason,
      causedBy,
    });
    // A kernel answers bytes for a program that has left with a RST: nothing proves that anything was sent after them.
    if (what === 'rst' || (what === 'data' && this.#kernels[otherSide(from.side)].programLeft)) from.gone = true;
  }

  #transmit(
    from: Kernel,
    what: {
      label: 'data' | 'ack' | 'fin' | 'rst';
      number?: number | undefined;
      flags: Flag[];
      length?: number | undefined;
      payload?: string | undefined;
      sentAt: number;
      heardAt?: number | undefined;
      returnedAt?: number | undefined;
      reason: Reason;
      causedBy?: string | undefined;
    },
  ): void {
    const { label, number, flags, length, payload, sentAt, heardAt, returnedAt, reason, causedBy } = what;
    const to = this.#kernels[otherSide(from.side)];
    const known = heardAt !== undefined || this.#promised(from, flags, sentAt);
    const by = Math.min(heardAt ?? nextTransmission(to), laterThan(sentAt, returnedAt));
    const arrivedAt = known ? this.#arrivalBy(by, sentAt, to) : undefined;
    const ack = flags.includes('ACK') ? from.expected : undefined;
    const { side, next: seq } = from;
    // Field by field, not by spreading: that takes longer than all the rest of this walk.
    // prettier-ignore
    const segment = draftSegment({ from: side, label, number, flags, seq, ack, length, payload, sentAt, arrivedAt, reason, causedBy });
    this.segments.push(segment);
    from.next = numberAfter(segment);
    from.owesSince = undefined;
    from.clock = segment.sentAt;
    if (arrivedAt === undefined) return;
    to.lastArrival = arrivedAt;
    to.arrivals.push(segment);
  }

  /**
   * Whether TCP's promise to deliver holds for a segment that no program reported receiving. It does, unless the sender
   * resets the connection before the peer sends anything more. A reset that was heeded had the number expected next:
   * everything sent before it had arrived (RFC 9293 §3.10.7.4).
   */
  #promised(from: Kernel, flags: readonly Flag[], sentAt: number): boolean {
    if (!this.#input.final || flags.includes('RST')) return false;
    const unheard = from.queue.some(({ what, heardAt }) => what === 'rst' && heardAt === undefined);
    const { queue } = this.#kernels[otherSide(from.side)];
    return !unheard || queue.some(({ at, heardAt }) => heardAt !== undefined && at > sentAt);
  }

  /** Estimates the arrival: after the sending and the previous arrival, but before the segment must have arrived. */
  #arrivalBy(by: number, sentAt: number, to: Kernel): number {
    const underWay = Math.min(this.#input.oneWayUs, Math.max(0, by - sentAt) / 2);
    const behind = Math.min(INSTANT_US, Math.max(0, by - to.lastArrival) / 2);
    return Math.max(sentAt + underWay, to.lastArrival + behind);
  }

  #arrive(at: Kernel, segment: Draft<Segment>): void {
    at.clock = Math.max(at.clock, segment.arrivedAt!);
    if (segment.flags.includes('RST')) at.gone = true;
    if (at.gone) return;
    const fin = segment.flags.includes('FIN');
    at.expected = numberAfter(segment);
    if (segment.length > 0 && at.programLeft) this.#reset(at);
    else if (segment.length > 0 || fin) this.#acknowledge(at, segment);
  }

  /** Data arrived for a program that has left: the kernel answers with a RST. */
  #reset(at: Kernel): void {
    const sentAt = at.clock + INSTANT_US;
    const heardAt = sentAt + 2 * this.#input.oneWayUs;
    this.#transmit(at, { label: 'rst', flags: ['RST'], sentAt, heardAt, reason: 'data-after-close' });
    at.gone = true;
  }

  #acknowledge(at: Kernel, segment: Draft<Segment>): void {
    at.owesSince ??= segment.arrivedAt!;
    const due = at.owesSince + DELAYED_ACK_US;
    const company = at.queue.find(({ what }) => what !== 'leave');
    if (company && company.at <= due) return;
    const { final, now } = this.#input;
    const moreToCome = this.#kernels[otherSide(at.side)].queue.some(({ what }) => what !== 'leave');
    if (!company && now < due && (!final || moreToCome)) return;
    const reason = segment.flags.includes('FIN') ? 'fin-must-be-acknowledged' : 'ack-within-half-a-second';
    this.#transmit(at, {
      label: 'ack',
      number: at.expected,
      flags: ['ACK'],
      sentAt: at.clock + INSTANT_US,
      heardAt: at.clock + 2 * this.#input.oneWayUs + INSTANT_US,
      reason,
    });
  }
}

/** The return of a call says when its bytes had arrived only if it comes after the sending. */
function laterThan(moment: number, returnedAt = Infinity): number {
  return returnedAt > moment ? returnedAt : Infinity;
}

function nextTransmission({ queue }: Kernel): number {
  return queue[0]?.at ?? Infinity;
}

function nextArrival({ arrivals }: Kernel): number {
  return arrivals[0]?.arrivedAt ?? Infinity;
}
