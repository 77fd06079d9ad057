import type { Heard } from '../report.ts';
import type { Call, Reason } from '../step.ts';

/** Something that a program made its kernel do after the handshake. */
export interface Sending {
  /** `leave`: nothing is sent, but from now on nobody is there to receive (RFC 9293 §3.6.1). */
  kind: 'data' | 'fin' | 'rst' | 'leave';
  /** The moment of sending, as near as it is known; never before the call that caused it. */
  at: number;
  /** When that call returned: on one machine the kernel has delivered by then what the call sent. */
  returnedAt?: number | undefined;
  bytes: number;
  payload: string;
  reason: Reason;
  causedBy?: string;
  /** By when the peer's program had it; absent where nothing says so. */
  heardAt?: number;
}

/**
 * What one side sent: first what its own calls say, then what only its peer's hearing proves.
 * @param calls the side's own calls, in order; none for a program that nobody watched
 * @param heard what the peer heard, in order
 * @param complete whether what the peer heard may be taken as proof already, or a call that tells of it may yet come
 * @param sentBefore for a moment of hearing, an estimate of when it was sent
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
    if (sending.kind !== 'fin' || !ended) sendings.push(sending);
    ended ||= sending.kind === 'fin';
    if (call.name === 'close') sendings.push(sendingIn(call, 'leave', sending.reason));
  }
  joinHearing(sendings, heard);
  return complete ? [...sendings, ...unexplained(sendings, heard, sentBefore)] : sendings;
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
      // A kernel that still holds unread bytes at close() resets (RFC 9293 §3.6.1): the peer tells which it was.
      return resetHeard ? sendingIn(call, 'rst', 'peer-saw-a-reset') : sendingIn(call, 'fin', 'program-closed');
    case 'reset':
      return sendingIn(call, 'rst', 'program-reset');
    default:
      return undefined;
  }
}

function sendingIn(call: Call, kind: Sending['kind'], reason: Reason, bytes = 0, payload = ''): Sending {
  const { returnedAt, id } = call;
  return { kind, at: sentInCall(call), returnedAt, bytes, payload, reason, causedBy: id };
}

/**
 * When in a call the kernel was asked: at its beginning, as near as can be told; but libuv puts a shutdown off until the
 * loop comes round, and tells some time after it is done.
 */
function sentInCall({ name, startedAt, returnedAt = startedAt }: Call): number {
  return name === 'shutdown' ? (startedAt + returnedAt) / 2 : startedAt;
}

/** Joins what was sent to what was heard: bytes in order, then the end. */
function joinHearing(sendings: readonly Sending[], heard: readonly Heard[]): void {
  const data = heard.filter(({ what }) => what === 'data');
  let sent = 0;
  let total = 0;
  let index = 0;
  for (const sending of sendings) {
    if (sending.kind === 'leave') continue;
    sent += sending.bytes;
    while (index < data.length && total < sent) total += data[index++]!.bytes;
    const news =
      sending.kind === 'data'
        ? total >= sent
          ? data[index - 1]
          : undefined
        : heard.find(({ what }) => what === sending.kind);
    if (!news) continue;
    sending.heardAt = news.at;
    // Heard before the call was seen to return: it was on its way by then.
    sending.at = Math.min(sending.at, news.at);
  }
}

/** What was heard beyond what was known to be sent: a program that nobody watched, or one that died. */
function unexplained(
  sendings: readonly Sending[],
  heard: readonly Heard[],
  sentBefore: (heardAt: number) => number,
): Sending[] {
  let known = sendings.reduce((sum, { bytes }) => sum + bytes, 0);
  const ended = sendings.some(({ kind }) => kind === 'fin' || kind === 'rst');
  const more: Sending[] = [];
  for (const { what, at, bytes, payload } of heard) {
    const news = Math.max(0, bytes - known);
    known = Math.max(0, known - bytes);
    const common = { at: sentBefore(at), heardAt: at };
    if (what === 'data' && news > 0)
      more.push({
        ...common,
        kind: what,
        bytes: news,
        payload: payload.slice(-2 * news),
        reason: 'peer-got-these-bytes',
      });
    else if (what !== 'data' && !ended)
      more.push({
        ...common,
        kind: what,
        bytes: 0,
        payload,
        reason: what === 'fin' ? 'peer-saw-the-end' : 'peer-saw-a-reset',
      });
  }
  return more;
}
