import type { Heard } from '../report.ts';
import type { Call, Reason } from '../step.ts';

/** Something that a program made its kernel do after the handshake. */
export interface Sending {
  /** `leave`: nothing is sent, but from now on nobody is there to receive (RFC 9293 §3.6.1). */
  what: 'data' | 'fin' | 'rst' | 'leave';
  /** When it was sent, as far as is known; never before the call that caused it. */
  at: number;
  /** When that call returned: on one machine, the kernel has by then delivered what the call sent. */
  returnedAt?: number | undefined;
  bytes: number;
  payload: string;
  reason: Reason;
  causedBy?: string | undefined;
  /** By when the peer's program had it; absent if nothing says so. */
  heardAt?: number | undefined;
}

/**
 * What one side sent: first what its own calls say, then what only its peer's reports of bytes heard prove.
 * @param calls the side's own calls, in order; none for a program that nobody watched
 * @param heard what the peer heard, in order
 * @param complete whether what the peer heard is proof already; otherwise a call that explains it may still be reported
 * @param sentBefore estimates, from when something was heard, when it was sent
 */
export function sendingsOf(
  calls: readonly Call[],
  heard: readonly Heard[],
  complete: boolean,
  sentBefore: (heardAt: number) => number,
): Sending[] {
  const resetHeard = heard.some(({ what }) => what === 'rst') && !heard.some(({ what }) => what === 'fin');
  const sendings: Sending[] = [];
  let ended = false;
  for (const call of calls) {
    const sending = sendingOf(call, resetHeard);
    if (!sending) continue;
    // close() after shutdown() sends no second FIN.
    if (sending.what !== 'fin' || !ended) sendings.push(sending);
    ended ||= sending.what === 'fin';
    if (call.name === 'close') sendings.push(sendingIn(call, 'leave', sending.reason));
  }
  const joined = joinedToHearing(sendings, heard);
  return complete ? [...joined, ...unexplained(joined, heard, sentBefore)] : joined;
}

function sendingOf(call: Call, resetHeard: boolean): Sending | undefined {
  const { name, result, bytes = 0, payload = '' } = call;
  switch (name) {
    case 'send':
      return result === 'ok' && bytes > 0
        ? sendingIn(call, 'data', 'program-sent-these-bytes', bytes, payload)
        : undefined;
    case 'shutdown':
      return result === 'ok' ? sendingIn(call, 'fin', 'program-closed') : undefined;
    case 'close':
      // A kernel that still holds unread bytes at close() resets (RFC 9293 §3.6.1): what the peer heard decides.
      return resetHeard ? sendingIn(call, 'rst', 'peer-saw-a-reset') : sendingIn(call, 'fin', 'program-closed');
    case 'reset':
      return sendingIn(call, 'rst', 'program-reset');
    default:
      return undefined;
  }
}

function sendingIn(call: Call, what: Sending['what'], reason: Reason, bytes = 0, payload = ''): Sending {
  const { returnedAt, id } = call;
  return { what, at: sentInCall(call), returnedAt, bytes, payload, reason, causedBy: id, heardAt: undefined };
}

/**
 * When in a call the kernel was asked: at its beginning, as far as is known. libuv however delays a shutdown until the next
 * turn of its loop, and reports it some time after it is done.
 */
function sentInCall({ name, startedAt, returnedAt = startedAt }: Call): number {
  return name === 'shutdown' ? (startedAt + returnedAt) / 2 : startedAt;
}

/** What was sent, with the time by which the peer heard it: bytes in order, then the end. */
function joinedToHearing(sendings: readonly Sending[], heard: readonly Heard[]): Sending[] {
  const data = heard.filter(({ what }) => what === 'data');
  let sent = 0;
  let total = 0;
  let index = 0;
  return sendings.map((sending) => {
    if (sending.what === 'leave') return sending;
    sent += sending.bytes;
    while (index < data.length && total < sent) total += data[index++]!.bytes;
    const news =
      sending.what === 'data'
        ? total >= sent
          ? data[index - 1]
          : undefined
        : heard.find(({ what }) => what === sending.what);
    if (!news) return sending;
    const { what, bytes, payload, returnedAt, reason, causedBy } = sending;
    // What was heard before the estimated moment of sending was on its way by then.
    const at = Math.min(sending.at, news.at);
    return { what, at, returnedAt, bytes, payload, reason, causedBy, heardAt: news.at };
  });
}

/** What was heard but is not known to have been sent: by a program that nobody watched, or by one that died. */
function unexplained(
  sendings: readonly Sending[],
  heard: readonly Heard[],
  sentBefore: (heardAt: number) => number,
): Sending[] {
  let known = sendings.reduce((sum, { bytes }) => sum + bytes, 0);
  const ended = sendings.some(({ what }) => what === 'fin' || what === 'rst');
  const more: Sending[] = [];
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
