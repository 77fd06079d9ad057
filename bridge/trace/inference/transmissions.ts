import type { Heard } from '../report.ts';
import { isLastCall, type Call, type Reason } from '../step.ts';

/** What a program made its kernel send after the handshake, or that the program left. */
export interface Transmission {
  /** `leave`: nothing is sent, but from now on no program receives (RFC 9293 §3.6.1). */
  what: 'data' | 'fin' | 'rst' | 'leave';
  /** The best estimate of when it was sent, never before the call that caused it. */
  at: number;
  /** When that call returned. On one machine, the kernel has delivered the data by then. */
  returnedAt?: number | undefined;
  bytes: number;
  payload: string;
  reason: Reason;
  causedBy?: string | undefined;
  /** By when the peer's program had it. Absent if nothing shows that. */
  heardAt?: number | undefined;
  /** Its kernel may have held it back for a while: something sent before was not acknowledged yet. */
  mayHaveWaited?: boolean;
}

/**
 * What one side sent: first what its own calls say, then what only its peer's reports of bytes heard prove.
 * @param calls the side's own calls, in order; none for a program that nobody watched
 * @param heard what the peer heard, in order
 * @param complete whether what the peer heard counts as proof. If not, a call that explains it may still be reported
 * @param sentBefore estimates, from when something was heard, when it was sent
 */
export function transmissionsOf(
  calls: readonly Call[],
  heard: readonly Heard[],
  complete: boolean,
  sentBefore: (heardAt: number) => number,
): Transmission[] {
  const resetHeard = heard.some(({ what }) => what === 'rst') && !heard.some(({ what }) => what === 'fin');
  const transmissions: Transmission[] = [];
  let ended = false;
  for (const call of calls) {
    const transmission = transmissionOf(call, resetHeard);
    if (!transmission) continue;
    // close() after shutdown() sends no second FIN.
    if (transmission.what !== 'fin' || !ended) transmissions.push(transmission);
    ended ||= transmission.what === 'fin';
    if (isLastCall(call)) transmissions.push(transmissionIn(call, 'leave', transmission.reason));
  }
  const joined = joinedToHearing(transmissions, heard);
  return complete ? [...joined, ...unexplained(joined, heard, sentBefore)] : joined;
}

function transmissionOf(call: Call, resetHeard: boolean): Transmission | undefined {
  const { name, result, bytes = 0, payload = '' } = call;
  switch (name) {
    case 'send':
      return result === 'ok' && bytes > 0
        ? transmissionIn(call, 'data', 'program-sent-these-bytes', bytes, payload)
        : undefined;
    case 'shutdown':
      return result === 'ok' ? transmissionIn(call, 'fin', 'program-closed') : undefined;
    case 'close':
    case 'exit':
      // A kernel that still holds unread bytes at close() resets (RFC 9293 §3.6.1): what the peer heard decides.
      return resetHeard
        ? transmissionIn(call, 'rst', 'peer-saw-a-reset')
        : transmissionIn(call, 'fin', 'program-closed');
    case 'reset':
      return transmissionIn(call, 'rst', 'program-reset');
    default:
      return undefined;
  }
}

function transmissionIn(call: Call, what: Transmission['what'], reason: Reason, bytes = 0, payload = ''): Transmission {
  const { returnedAt, id } = call;
  return { what, at: sentInCall(call), returnedAt, bytes, payload, reason, causedBy: id, heardAt: undefined };
}

/**
 * When the call reached the kernel: at its beginning, as far as is known. But libuv delays a shutdown until the next
 * turn of its loop, and reports it some time after it is done.
 */
function sentInCall({ name, startedAt, returnedAt = startedAt }: Call): number {
  return name === 'shutdown' ? (startedAt + returnedAt) / 2 : startedAt;
}

/** Adds to each transmission when the peer heard it: bytes in order, then the end. */
function joinedToHearing(transmissions: readonly Transmission[], heard: readonly Heard[]): Transmission[] {
  const data = heard.filter(({ what }) => what === 'data');
  let sent = 0;
  let total = 0;
  let index = 0;
  return transmissions.map((transmission) => {
    if (transmission.what === 'leave') return transmission;
    sent += transmission.bytes;
    while (index < data.length && total < sent) total += data[index++]!.bytes;
    const news =
      transmission.what === 'data'
        ? total >= sent
          ? data[index - 1]
          : undefined
        : heard.find(({ what }) => what === transmission.what);
    if (!news) return transmission;
    const { what, bytes, payload, returnedAt, reason, causedBy } = transmission;
    // What was heard before the estimated moment of transmission was on its way by then.
    const at = Math.min(transmission.at, news.at);
    return { what, at, returnedAt, bytes, payload, reason, causedBy, heardAt: news.at };
  });
}

/** What the peer heard although no call explains it: its program was not watched, or it died. */
function unexplained(
  transmissions: readonly Transmission[],
  heard: readonly Heard[],
  sentBefore: (heardAt: number) => number,
): Transmission[] {
  let known = transmissions.reduce((sum, { bytes }) => sum + bytes, 0);
  const ended = transmissions.some(({ what }) => what === 'fin' || what === 'rst');
  const more: Transmission[] = [];
  for (const { what, at, bytes, payload } of heard) {
    const news = Math.max(0, bytes - known);
    known = Math.max(0, known - bytes);
    const common = { at: sentBefore(at), heardAt: at };
    if (what === 'data' && news > 0)
      more.push({
        ...common,
        what,
        bytes: news,
        payload: payload.slice(-2 * news),
        reason: 'peer-got-these-bytes',
      });
    else if (what !== 'data' && !ended)
      more.push({
        ...common,
        what,
        bytes: 0,
        payload,
        reason: what === 'fin' ? 'peer-saw-the-end' : 'peer-saw-a-reset',
      });
  }
  return more;
}
