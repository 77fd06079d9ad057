import { draftSegment, type Draft } from '../draft-step.ts';
import type { Call, Reason, Segment } from '../step.ts';

/**
 * The opening of a connection, as far as connect() and accept() prove it (RFC 9293 §3.5).
 *
 *     connect() began ─ SYN ─▶ ─ SYN+ACK ─▶ ─ ACK ─▶ the earlier of: connect() returned, accept() returned
 *
 * Nobody saw the segments themselves, so their times are spread evenly over the interval in which they must be.
 */
export interface Handshake {
  segments: Draft<Segment>[];
  /** When the server's kernel had the connection; absent if it never did. */
  establishedAt?: number;
  /** Estimated time on the wire, one way, in microseconds. */
  oneWayUs: number;
}

/** Results that do not say whether the SYN arrived anywhere. */
const UNANSWERED = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ECANCELED']);

export function handshake(connect: Call, accept: Call | undefined): Handshake {
  const { startedAt, returnedAt, result } = connect;
  if (returnedAt !== undefined && (result === 'ok' || result === 'ECONNRESET'))
    return accepted(
      connect,
      Math.min(returnedAt, accept?.returnedAt ?? returnedAt),
      result === 'ok' ? 'connect-succeeded' : 'connect-was-reset',
    );
  if (returnedAt !== undefined && result === 'ECONNREFUSED') return refused(connect, returnedAt);
  const sent = returnedAt === undefined || UNANSWERED.has(result!);
  return { segments: sent ? [syn(connect, startedAt)] : [], oneWayUs: 0 };
}

function accepted(connect: Call, end: number, reason: Reason): Handshake {
  const at = evenly(connect.startedAt, end, 7);
  return {
    segments: [
      syn(connect, at(1), at(2)),
      draftSegment({
        from: 'server',
        label: 'syn',
        flags: ['SYN', 'ACK'],
        seq: 0,
        ack: 1,
        sentAt: at(3),
        arrivedAt: at(4),
        reason,
      }),
      draftSegment({
        from: 'client',
        label: 'ack',
        number: 1,
        flags: ['ACK'],
        seq: 1,
        ack: 1,
        sentAt: at(5),
        arrivedAt: at(6),
        reason,
      }),
    ],
    establishedAt: at(6),
    oneWayUs: at(1) - at(0),
  };
}

function refused(connect: Call, end: number): Handshake {
  const at = evenly(connect.startedAt, end, 5);
  const rst = draftSegment({
    from: 'server',
    label: 'rst',
    flags: ['RST', 'ACK'],
    seq: 0,
    ack: 1,
    sentAt: at(3),
    arrivedAt: at(4),
    reason: 'connect-refused',
  });
  return { segments: [syn(connect, at(1), at(2)), rst], oneWayUs: at(1) - at(0) };
}

function syn(connect: Call, sentAt: number, arrivedAt?: number): Draft<Segment> {
  const reason = 'connect-begins-with-syn';
  return draftSegment({
    from: 'client',
    label: 'syn',
    flags: ['SYN'],
    seq: 0,
    sentAt,
    arrivedAt,
    reason,
    causedBy: connect.id,
  });
}

/** The k-th of `parts` equal parts of an interval. */
function evenly(start: number, end: number, parts: number): (k: number) => number {
  return (k) => start + ((end - start) * k) / parts;
}
