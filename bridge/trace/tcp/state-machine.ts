import type { Flag, TcpState } from '../step.ts';
import { numberAfter } from './sequence-number.ts';
import { stateAfter, type TcpEvent } from './state-table.ts';

/** What the state machine needs of a segment. Sequence numbers are relative to the sender's first. */
export interface SegmentHeader {
  flags: readonly Flag[];
  seq: number;
  ack?: number;
  length: number;
}

/**
 * One end of a connection as RFC 9293 §3.3.2 and §3.10 describe it, driven by the segments that this end sends and
 * receives. It decides which event a segment is; `state-table.ts` says which state follows. Each method returns the
 * state after the event. It knows nothing of calls, times or evidence.
 *
 *     CLOSED ─ SYN sent ─▶ SYN_SENT ─ SYN+ACK ─▶ ESTABLISHED ─ FIN sent ─▶ FIN_WAIT_1 ─▶ … ─▶ TIME_WAIT
 *     LISTEN ─ SYN ─────▶ SYN_RCVD ─ ACK ─────▶ ESTABLISHED ─ FIN ──────▶ CLOSE_WAIT ─▶ LAST_ACK ─▶ CLOSED
 */
export class Endpoint {
  #state: TcpState;
  readonly #passive: boolean;
  /** The sequence number after our FIN: an acknowledgment of it acknowledges the FIN. */
  #afterFin: number | undefined;
  /** The next sequence number expected from the peer, 0 before its SYN. */
  #expected = 0;
  /** Segments that arrived ahead of a gap: their FIN does not count before the gap is filled. */
  #early: SegmentHeader[] = [];
  #finTaken = false;
  /** The program has closed its socket and no longer receives. */
  #programLeft = false;

  /**
   * @param state another one than CLOSED and LISTEN if nobody saw the connection begin
   * @param expected then: the next sequence number expected from the peer
   */
  constructor(state: TcpState, expected = 0) {
    this.#state = state;
    this.#passive = state === 'LISTEN';
    this.#expected = expected;
  }

  get state(): TcpState {
    return this.#state;
  }

  sent(segment: SegmentHeader): TcpState {
    const { flags } = segment;
    if (flags.includes('RST')) return this.aborted();
    if (this.#state === 'CLOSED' && flags.includes('SYN') && !flags.includes('ACK'))
      return this.#happened('active OPEN');
    if (!flags.includes('FIN')) return this.#state;
    this.#afterFin = numberAfter(segment);
    return this.closing();
  }

  received(segment: SegmentHeader): TcpState {
    if (segment.flags.includes('RST')) this.#receivedReset(segment);
    else if (segment.flags.includes('SYN')) this.#receivedSyn(segment);
    else if (this.#programLeft && this.#isNew(segment)) this.aborted();
    else if (this.#state !== 'LISTEN' && this.#state !== 'SYN_SENT' && this.#state !== 'CLOSED') {
      this.#receivedAck(segment);
      this.#receivedInOrder(segment);
    }
    return this.#state;
  }

  /** This end has acknowledged so much: it has received it, even if nobody saw it arrive. */
  acknowledged({ ack = -Infinity }: SegmentHeader): TcpState {
    if (this.#state === 'LISTEN' || this.#state === 'SYN_SENT' || this.#state === 'CLOSED') return this.#state;
    const seen = this.#early.filter((segment) => numberAfter(segment) <= ack);
    for (const segment of seen) {
      this.#early.splice(this.#early.indexOf(segment), 1);
      this.#expected = Math.max(this.#expected, segment.seq);
      this.#receivedInOrder(segment);
    }
    if (!this.#finTaken) this.#expected = Math.max(this.#expected, ack);
    return this.#state;
  }

  /**
   * The program called close(). A connection that is not yet established is given up, and nothing is sent (RFC 9293
   * §3.10.4, SYN-SENT). From now on new data are answered with a reset (§3.6.1).
   */
  closed(): TcpState {
    if (this.#state === 'SYN_SENT') return this.#happened('CLOSE');
    this.#programLeft = this.#state !== 'CLOSED' && this.#state !== 'LISTEN';
    return this.#state;
  }

  /**
   * The program has asked for the end. The state changes now, even if the FIN must wait for what is queued before it
   * (RFC 9293 §3.10.4).
   */
  closing(): TcpState {
    return this.#state === 'SYN_SENT' || this.#state === 'LISTEN' ? this.#state : this.#happened('CLOSE');
  }

  /** The connection is gone, even if the RST that says so is still to be sent (RFC 9293 §3.10.5). */
  aborted(): TcpState {
    if (this.#state !== 'LISTEN') this.#state = 'CLOSED';
    return this.#state;
  }

  /** The time-wait timeout: the connection is forgotten (RFC 9293 §3.10.8). */
  expired(): TcpState {
    return this.#happened('2 MSL timeout');
  }

  #happened(event: TcpEvent): TcpState {
    return (this.#state = stateAfter(this.#state, event));
  }

  /** Whether a segment brings data that have not been here. */
  #isNew({ seq, length }: SegmentHeader): boolean {
    return length > 0 && seq + length > this.#expected;
  }

  /**
   * Only a RST with exactly the expected number is heeded; any other draws an acknowledgment (RFC 9293 §3.10.7.4).
   * Linux also heeds a RST with the number of the peer's FIN, except in TIME_WAIT: the peer may not know yet that its
   * FIN arrived (tcp_reset_check).
   */
  #receivedReset({ seq, ack }: SegmentHeader): void {
    if (this.#state === 'LISTEN') return;
    const ofFin = this.#finTaken && this.#state !== 'TIME_WAIT' && seq === this.#expected - 1;
    if (this.#state === 'SYN_SENT' ? ack !== 1 : seq !== this.#expected && !ofFin) return;
    if (this.#state === 'SYN_RCVD' && this.#passive) this.#happened('rcv RST');
    else this.aborted();
  }

  #receivedSyn(segment: SegmentHeader): void {
    const hasAck = segment.flags.includes('ACK');
    const acknowledges = hasAck && segment.ack === 1;
    if (this.#state === 'LISTEN' && !hasAck) this.#happened('rcv SYN');
    else if (this.#state === 'SYN_SENT') this.#happened(acknowledges ? 'rcv SYN,ACK' : 'rcv SYN');
    else if (this.#state === 'SYN_RCVD' && acknowledges) this.#happened('rcv ACK of SYN');
    else return;
    this.#expected = segment.seq + 1;
  }

  #receivedAck({ flags, ack }: SegmentHeader): void {
    if (!flags.includes('ACK') || ack === undefined) return;
    if (ack >= 1 && this.#state === 'SYN_RCVD') this.#happened('rcv ACK of SYN');
    if (this.#afterFin !== undefined && ack >= this.#afterFin) this.#happened('rcv ACK of FIN');
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
    if (this.#early.length === 0) return;
    const next = this.#early.findIndex(({ seq }) => seq <= this.#expected);
    if (next >= 0) this.#receivedInOrder(this.#early.splice(next, 1)[0]!);
  }

  #receivedFin(): void {
    this.#expected += 1;
    this.#finTaken = true;
    this.#happened('rcv FIN');
  }
}
