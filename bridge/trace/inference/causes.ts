import type { Call, Segment, Side } from '../step.ts';

/**
 * Names on each captured segment the call that made its kernel send it. What a kernel sends by itself, an acknowledgment
 * or a repetition, has none.
 */
export function linkCauses(segments: readonly Segment[], calls: Record<Side, readonly Call[]>): void {
  /** Whose FIN or RST has been sent: what follows it is no program's doing. */
  const ends = { client: false, server: false };
  for (const segment of segments) {
    if (segment.retransmissionOf !== undefined || segment.duplicateOf !== undefined) continue;
    const cause = causeOf(segment, calls[segment.from], ends);
    if (cause && cause.startedAt <= segment.sentAt) segment.causedBy = cause.id;
  }
}

function causeOf({ flags, from, seq, length }: Segment, calls: readonly Call[], ends: Record<Side, boolean>) {
  if (flags.includes('SYN')) return from === 'client' ? calls.find(({ name }) => name === 'connect') : undefined;
  const sender = length > 0 ? senderOf(calls, seq) : undefined;
  const isEnd = flags.includes('FIN') || flags.includes('RST');
  if (!isEnd || ends[from]) return sender;
  ends[from] = true;
  if (flags.includes('RST')) return calls.find(({ name }) => name === 'reset') ?? closeOf(calls);
  return sender ?? calls.find(({ name }) => name === 'shutdown') ?? closeOf(calls);
}

function closeOf(calls: readonly Call[]): Call | undefined {
  return calls.find(({ name }) => name === 'close');
}

/** The send() of the byte with this relative sequence number (the first byte of data has 1). */
function senderOf(calls: readonly Call[], seq: number): Call | undefined {
  let next = 1;
  for (const call of calls) {
    if (call.name !== 'send') continue;
    next += call.bytes ?? 0;
    if (next > seq) return call;
  }
  return undefined;
}
