import type { Flag, TcpState } from '../../../bridge/trace/step.ts';

/** A segment between two simulated kernels; numbers are relative to the sender's first. */
export interface SimulatedSegment {
  flags: Flag[];
  seq: number;
  ack?: number;
  length: number;
}

/** What a kernel needs of the world. */
export interface KernelWorld {
  transmit(segment: SimulatedSegment): void;
  /** Calls back after these microseconds; returns a function that cancels the call. */
  later(us: number, action: () => void): () => void;
}

/** A unit that takes sequence numbers and is sent again until it is acknowledged. */
type Unit = { kind: 'SYN' | 'data' | 'FIN'; seq: number; length: number };

const SYN_TIMEOUT_US = 1_000_000;
const TIMEOUT_US = 200_000;

/**
 * One end of a TCP connection, written from RFC 9293 §3.10 and what Linux makes of it; not from the code under test. It
 * acknowledges at once, sends the oldest unacknowledged unit again, and keeps at most `window` units under way.
 */
export class SimulatedKernel {
  state: TcpState;
  /** Every state that it has been in. */
  readonly path: TcpState[] = [];
  /** Bytes that the program has not read. */
  unread = 0;
  peerEnded = false;
  /** The errno name that ended the connection. */
  failure: string | undefined;
  connected = false;
  readonly #world: KernelWorld;
  readonly #window: number;
  readonly #idle: 'CLOSED' | 'LISTEN';
  #next = 0;
  #acknowledged = 0;
  #expected = 0;
  #waiting: Unit[] = [];
  #underWay: Unit[] = [];
  #early: SimulatedSegment[] = [];
  #orphan = false;
  #over = false;
  #retries = 0;
  #callOff: (() => void) | undefined;

  constructor(idle: 'CLOSED' | 'LISTEN', window: number, world: KernelWorld) {
    this.state = this.#idle = idle;
    this.#window = window;
    this.#world = world;
  }

  connect(): void {
    this.#become('SYN_SENT');
    this.#enqueue('SYN', 1);
  }

  send(length: number): void {
    if (this.state === 'ESTABLISHED' || this.state === 'CLOSE_WAIT') this.#enqueue('data', length);
  }

  shutdown(): void {
    if (this.state === 'ESTABLISHED') this.#become('FIN_WAIT_1');
    else if (this.state === 'CLOSE_WAIT') this.#become('LAST_ACK');
    else return;
    this.#enqueue('FIN', 1);
  }

  /** With bytes unread it resets: RFC 9293 §3.6.1, RFC 2525 §2.17. */
  close(): void {
    this.#orphan = true;
    if (this.#over) return;
    if (this.unread > 0 && this.state !== 'TIME_WAIT') this.reset();
    else if (this.state === 'SYN_SENT') this.#end();
    else this.shutdown();
  }

  reset(): void {
    this.#orphan = true;
    if (this.#over || this.state === this.#idle) return;
    this.#transmit(['RST', 'ACK'], this.#next);
    this.#end();
  }

  receive(segment: SimulatedSegment): void {
    if (this.state === this.#idle) this.#receiveUnconnected(segment);
    else if (this.state === 'SYN_SENT') this.#receiveOpening(segment);
    else if (segment.flags.includes('RST')) this.#receiveReset(segment);
    else if (segment.flags.includes('SYN')) this.#answerSyn();
    else if (this.state === 'TIME_WAIT') this.#receiveLate(segment);
    else {
      this.#receiveAck(segment.ack!);
      if (!this.#over) this.#receiveText(segment);
    }
  }

  #receiveUnconnected({ flags, seq, ack, length }: SimulatedSegment): void {
    if (flags.includes('RST')) return;
    if (ack !== undefined) return this.#world.transmit({ flags: ['RST'], seq: ack, length: 0 });
    if (!flags.includes('SYN')) return;
    if (this.#over) throw new Error('the simulation has one connection');
    if (this.state === 'CLOSED')
      return this.#world.transmit({ flags: ['RST', 'ACK'], seq: 0, ack: seq + length + 1, length: 0 });
    this.#expected = 1;
    this.#become('SYN_RCVD');
    this.#enqueue('SYN', 1);
  }

  #receiveOpening({ flags, ack }: SimulatedSegment): void {
    if (ack !== 1) return;
    if (flags.includes('RST')) return this.#end('ECONNREFUSED');
    if (!flags.includes('SYN')) return;
    this.#expected = 1;
    this.#become('ESTABLISHED');
    this.connected = true;
    this.#confirm(1);
    this.#transmit(['ACK']);
    this.#flush();
  }

  /** Only one with the number expected; Linux also takes that of the FIN, where the peer may not know that it arrived. */
  #receiveReset({ seq }: SimulatedSegment): void {
    const afterFin = this.state === 'CLOSE_WAIT' || this.state === 'LAST_ACK' || this.state === 'CLOSING';
    if (seq === this.#expected || (afterFin && seq === this.#expected - 1)) this.#end('ECONNRESET');
    else if (seq > this.#expected) this.#transmit(['ACK']);
  }

  #answerSyn(): void {
    if (this.state === 'SYN_RCVD') this.#send(this.#underWay[0]!);
    else this.#transmit(['ACK']);
  }

  #receiveLate({ seq, length, flags }: SimulatedSegment): void {
    if (seq !== this.#expected || length > 0 || flags.includes('FIN')) this.#transmit(['ACK']);
  }

  #receiveAck(ack: number): void {
    if (this.state === 'SYN_RCVD' && ack >= 1) {
      this.#become('ESTABLISHED');
      this.connected = true;
    }
    const finUnanswered = [...this.#waiting, ...this.#underWay].some(({ kind }) => kind === 'FIN');
    this.#confirm(ack);
    const finAnswered = finUnanswered && this.#waiting.length + this.#underWay.length === 0;
    if (finAnswered && this.state === 'FIN_WAIT_1') this.#become('FIN_WAIT_2');
    else if (finAnswered && this.state === 'CLOSING') this.#become('TIME_WAIT');
    else if (finAnswered && this.state === 'LAST_ACK') this.#end();
    this.#flush();
  }

  #confirm(ack: number): void {
    if (ack <= this.#acknowledged) return;
    this.#acknowledged = ack;
    this.#underWay = this.#underWay.filter(({ seq, length }) => seq + length > ack);
    this.#retries = 0;
    this.#arm();
  }

  #receiveText(segment: SimulatedSegment): void {
    const { seq, length, flags } = segment;
    const end = seq + length + (flags.includes('FIN') ? 1 : 0);
    if (end === seq) return;
    if (this.#orphan && seq + length > this.#expected) {
      this.#world.transmit({ flags: ['RST'], seq: segment.ack!, length: 0 });
      return this.#end();
    }
    if (seq > this.#expected) this.#early.push(segment);
    else if (end > this.#expected) this.#take(segment);
    this.#transmit(['ACK']);
  }

  #take({ seq, length, flags }: SimulatedSegment): void {
    this.unread += Math.max(0, seq + length - this.#expected);
    this.#expected = seq + length;
    if (flags.includes('FIN')) {
      this.#expected += 1;
      this.peerEnded = true;
      if (this.state === 'ESTABLISHED') this.#become('CLOSE_WAIT');
      else if (this.state === 'FIN_WAIT_1') this.#become('CLOSING');
      else if (this.state === 'FIN_WAIT_2') this.#become('TIME_WAIT');
    }
    const ends = (other: SimulatedSegment): number => other.seq + other.length + (other.flags.includes('FIN') ? 1 : 0);
    const next = this.#early.find((other) => other.seq <= this.#expected && ends(other) > this.#expected);
    if (next) this.#take(next);
  }

  #enqueue(kind: Unit['kind'], length: number): void {
    const last = this.#waiting.at(-1);
    const seq = last ? last.seq + last.length : this.#next;
    this.#waiting.push({ kind, seq, length });
    this.#flush();
  }

  #flush(): void {
    if (this.#over) return;
    while (this.#waiting.length > 0 && this.#underWay.length < this.#window) {
      const unit = this.#waiting.shift()!;
      this.#underWay.push(unit);
      this.#next = unit.seq + unit.length;
      this.#send(unit);
      if (this.#underWay.length === 1) this.#arm();
    }
  }

  #send({ kind, seq, length }: Unit): void {
    if (kind === 'SYN') this.#transmit(this.state === 'SYN_SENT' ? ['SYN'] : ['SYN', 'ACK'], seq);
    else if (kind === 'FIN') this.#transmit(['FIN', 'ACK'], seq);
    else this.#transmit(['PSH', 'ACK'], seq, length);
  }

  #arm(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const [oldest] = this.#underWay;
    if (!oldest || this.#over) return;
    const timeout = oldest.kind === 'SYN' ? SYN_TIMEOUT_US : TIMEOUT_US;
    this.#callOff = this.#world.later(timeout * 2 ** this.#retries, () => {
      this.#retries += 1;
      this.#send(this.#underWay[0]!);
      this.#arm();
    });
  }

  #transmit(flags: Flag[], seq = this.#next, length = 0): void {
    const ack = flags.includes('ACK') ? { ack: this.#expected } : {};
    this.#world.transmit({ flags, seq, length, ...ack });
  }

  #end(failure?: string): void {
    this.failure = failure;
    this.#over = true;
    this.#become(this.#idle);
    this.#arm();
  }

  #become(state: TcpState): void {
    this.state = state;
    this.path.push(state);
  }
}
