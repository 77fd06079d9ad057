import { otherSide } from './draft.ts';
import type { Call, Segment, Side } from './step.ts';

/** Names on each segment the call that was blocked until it arrived: which connect(), accept() or recv() it woke. */
export function linkWoken(segments: readonly Segment[], calls: Record<Side, readonly Call[]>): void {
  for (const segment of segments) {
    const call = wokenBy(segment, calls[otherSide(segment.from)]);
    if (call) segment.woke = call.id;
  }
}

function wokenBy(segment: Segment, calls: readonly Call[]): Call | undefined {
  const { flags, arrivedAt, length, seq, id } = segment;
  if (arrivedAt === undefined) return undefined;
  const blocked = (call: Call | undefined): Call | undefined =>
    call && call.startedAt <= arrivedAt && (call.returnedAt ?? Infinity) >= arrivedAt ? call : undefined;
  if (flags.includes('SYN')) return segment.from === 'server' ? blocked(named(calls, 'connect')) : undefined;
  if (id === 'client.ack.1') return blocked(named(calls, 'accept'));
  if (length > 0) return blocked(readerOf(calls, seq));
  if (flags.includes('FIN')) return blocked(calls.find(({ name, bytes }) => name === 'recv' && bytes === 0));
  if (flags.includes('RST'))
    return calls.find((call) => call.result !== 'ok' && call.result !== undefined && blocked(call));
  return undefined;
}

function named(calls: readonly Call[], wanted: Call['name']): Call | undefined {
  return calls.find(({ name }) => name === wanted);
}

/** The recv() that returned the byte with this relative sequence number (the first byte of data has 1). */
function readerOf(calls: readonly Call[], seq: number): Call | undefined {
  let next = 1;
  for (const call of calls) {
    if (call.name !== 'recv') continue;
    next += call.bytes ?? 0;
    if (next > seq) return call;
  }
  return undefined;
}
