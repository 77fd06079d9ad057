import type { Flag, TcpState } from './step.ts';

/** What the state machine needs of a segment. Sequence numbers are relative to the sender's first. */
export interface SegmentHeader {
  flags: readonly Flag[];
  seq: number;
  ack?: number;
  length: number;
}

/**
 * One end of a connection as RFC 9293 §3.3.2 and §3.10 describe it, driven by the segments that this end sends and
 * receives. Each method answers the state after the segment.
 *
 *     CLOSED ─ SYN sent ─▶ SYN_SENT ─ SYN+ACK ─▶ ESTABLISHED ─ FIN sent ─▶ FIN_WAIT_1 ─▶ … ─▶ TIME_WAIT
 *     LISTEN ─ SYN ─────▶ SYN_RCVD ─ ACK ─────▶ ESTABLISHED ─ FIN ──────▶ CLOSE_WAIT ─▶ LAST_ACK ─▶ CLOSED
 */
export class Endpoint {
  state: TcpState;
  readonly #passive: boolean;
  /** The sequence number after our FIN: an acknowledgment of it acknowledges the FIN. */
  #afterFin: number | undefined;
  /** The next sequence number expected from the peer, 0 before its SYN. */
  #expected = 0;
  /** Segments that arrived ahead of a gap: their FIN does not count before the gap is filled. */
  #early: SegmentHeader[] = [];
  #finTaken = false;
  /** Whether the program has closed: nobody is there to receive. */
  #left = false;

  constructor(state: 'CLOSED' | 'LISTEN') {
    this.state = state;
    this.#passive = state === 'LISTEN';
  }

  sent(segment: SegmentHeader): TcpState {
    const { flags } = segment;
    if (flags.includes('RST')) this.#become(this.state === 'LISTEN' ? 'LISTEN' : 'CLOSED');
    else if (flags.includes('SYN') && !flags.includes('ACK') && this.state === 'CLOSED') this.#become('SYN_SENT');
    else if (flags.includes('FIN')) this.#sentFin(segment);
    return this.state;
  }

  received(segment: SegmentHeader): TcpState {
    if (segment.flags.includes('RST')) this.#receivedReset(segment);
    else if (segment.flags.includes('SYN')) this.#receivedSyn(segment);
    else if (this.#left && this.#isNew(segment)) this.#become('CLOSED');
    else if (this.state !== 'LISTEN' && this.state !== 'SYN_SENT' && this.state !== 'CLOSED') {
      this.#receivedAck(segment);
      this.#receivedInOrder(segment);
    }
    return this.state;
  }

  /**
   * The program called close(). Before the connection was there, it is given up, and nothing is sent (RFC 9293 §3.10.4,
   * SYN-SENT). From now on new data meet a reset (§3.6.1).
   */
  closed(): TcpState {
    if (this.state === 'SYN_SENT') this.#become('CLOSED');
    else this.#left = this.state !== 'CLOSED' && this.state !== 'LISTEN';
    return this.state;
  }

  /**
   * The program has asked for the end: the state changes then, even where the FIN must wait for what is before it
   * (RFC 9293 §3.10.4).
   */
  closing(): TcpState {
    if (this.state === 'ESTABLISHED' || this.state === 'SYN_RCVD') this.#become('FIN_WAIT_1');
    else if (this.state === 'CLOSE_WAIT') this.#become('LAST_ACK');
    return this.state;
  }

  /** The connection is gone, even where the RST that says so is still to leave (RFC 9293 §3.10.5). */
  aborted(): TcpState {
    if (this.state !== 'LISTEN') this.#become('CLOSED');
    return this.state;
  }

  /** The time-wait timeout: the connection is forgotten (RFC 9293 §3.10.8). */
  expired(): TcpState {
    if (this.state === 'TIME_WAIT') this.#become('CLOSED');
    return this.state;
  }

  /** Whether it brings data that have not been here. */
  #isNew({ seq, length }: SegmentHeader): boolean {
    return length > 0 && seq + length > this.#expected;
  }

  #become(state: TcpState): void {
    this.state = state;
  }

  #sentFin(segment: SegmentHeader): void {
    this.#afterFin = segment.seq + segment.length + 1;
    this.closing();
  }

  /**
   * Only a RST with exactly the number expected is heeded; another draws an acknowledgment (RFC 9293 §3.10.7.4). Linux also
   * heeds that of the peer's FIN, but for TIME_WAIT: the peer may not know yet that it arrived (tcp_reset_check).
   */
  #receivedReset({ seq, ack }: SegmentHeader): void {
    if (this.state === 'LISTEN') return;
    const ofFin = this.#finTaken && this.state !== 'TIME_WAIT' && seq === this.#expected - 1;
    if (this.state === 'SYN_SENT' ? ack !== 1 : seq !== this.#expected && !ofFin) return;
    this.#become(this.state === 'SYN_RCVD' && this.#passive ? 'LISTEN' : 'CLOSED');
  }

  #receivedSyn(segment: SegmentHeader): void {
    const acknowledges = segment.flags.includes('ACK') && segment.ack === 1;
    if (this.state === 'LISTEN' && !segment.flags.includes('ACK')) this.#become('SYN_RCVD');
    else if (this.state === 'SYN_SENT') this.#become(acknowledges ? 'ESTABLISHED' : 'SYN_RCVD');
    else if (this.state === 'SYN_RCVD' && acknowledges) this.#become('ESTABLISHED');
    else return;
    this.#expected = segment.seq + 1;
  }

  #receivedAck({ flags, ack }: SegmentHeader): void {
    if (!flags.includes('ACK') || ack === undefined) return;
    if (this.state === 'SYN_RCVD' && ack >= 1) this.#become('ESTABLISHED');
    if (this.#afterFin === undefined || ack < this.#afterFin) return;
    if (this.state === 'FIN_WAIT_1') this.#become('FIN_WAIT_2');
    else if (this.state === 'CLOSING') this.#become('TIME_WAIT');
    else if (this.state === 'LAST_ACK') this.#become('CLOSED');
  }

  #receivedInOrder(segment: SegmentHeader): void {
    if (segment.seq > this.#expected) {
      this.#early.push(segment);
      return;
    }
    const end = segment.seq + segment.length;
    if (end >= this.#expected) {
      this.#expected = end;
      if (segment.flags.includes('FIN')) this.#receivedFin();
    }
    const next = this.#early.findIndex(({ seq }) => seq <= this.#expected);
    if (next >= 0) this.#receivedInOrder(this.#early.splice(next, 1)[0]!);
  }

  #receivedFin(): void {
    this.#expected += 1;
    this.#finTaken = true;
    if (this.state === 'ESTABLISHED' || this.state === 'SYN_RCVD') this.#become('CLOSE_WAIT');
    else if (this.state === 'FIN_WAIT_1') this.#become('CLOSING');
    else if (this.state === 'FIN_WAIT_2') this.#become('TIME_WAIT');
  }
}
