import { otherSide } from '../draft.ts';
import { sortedBy } from '../sorted.ts';
import type { Call, Segment, Side } from '../step.ts';

/** Names on each segment the call that was blocked until it arrived: which connect(), accept() or recv() it woke. */
export function linkWoken(segments: readonly Segment[], calls: Record<Side, readonly Call[]>): void {
  for (const from of ['client', 'server'] as const) {
    const receiver = calls[otherSide(from)];
    // A call is woken once, by the first that arrives while it waits.
    const awake: Call[] = [];
    for (const segment of newsInOrder(segments, from)) {
      const call = wokenBy(segment, receiver);
      if (!call || awake.includes(call)) continue;
      awake.push(call);
      segment.woke = call.id;
    }
  }
  const third = thirdOfHandshake(segments);
  const accept = third && blocked(named(calls.server, 'accept'), third.arrivedAt!);
  if (third && accept && !third.flags.includes('RST')) third.woke = accept.id;
}

/**
 * One direction's segments in the order of arrival, without those that bring nothing new: repetitions, and what came
 * ahead of a gap. Whatever fills the gap brings that too.
 */
function newsInOrder(segments: readonly Segment[], sender: Side): Segment[] {
  const arrived = sortedBy(
    segments.filter(({ from, arrivedAt }) => from === sender && arrivedAt !== undefined),
    ({ arrivedAt }) => arrivedAt!,
  );
  const ahead: Segment[] = [];
  let next = 0;
  return arrived.filter((segment) => {
    const { seq, flags } = segment;
    if (flags.includes('RST')) return true;
    if (endOf(segment) <= next || seq > next) {
      if (seq > next) ahead.push(segment);
      return false;
    }
    next = endOf(segment);
    for (let early; (early = ahead.find((other) => other.seq <= next && endOf(other) > next));) next = endOf(early);
    return true;
  });
}

function endOf({ seq, length, flags }: Segment): number {
  return seq + length + (flags.includes('SYN') ? 1 : 0) + (flags.includes('FIN') ? 1 : 0);
}

/** The first of the client's that arrived after its SYN. */
function thirdOfHandshake(segments: readonly Segment[]): Segment | undefined {
  let first: Segment | undefined;
  for (const segment of segments) {
    const { from, flags, arrivedAt = Infinity } = segment;
    if (from === 'client' && !flags.includes('SYN') && arrivedAt < (first?.arrivedAt ?? Infinity)) first = segment;
  }
  return first;
}

function wokenBy({ flags, arrivedAt, length, seq, from }: Segment, calls: readonly Call[]): Call | undefined {
  if (flags.includes('SYN')) return from === 'server' ? blocked(named(calls, 'connect'), arrivedAt!) : undefined;
  if (flags.includes('RST'))
    return calls.find((call) => call.result !== 'ok' && call.result !== undefined && blocked(call, arrivedAt!));
  const reader = length > 0 ? blocked(readerOf(calls, seq) ?? looked(calls, arrivedAt!), arrivedAt!) : undefined;
  if (reader || !flags.includes('FIN')) return reader;
  return blocked(
    calls.find(({ name, bytes }) => name === 'recv' && bytes === 0),
    arrivedAt!,
  );
}

function blocked(call: Call | undefined, at: number): Call | undefined {
  return call && call.startedAt - (call.within?.startUs ?? 0) <= at && (call.returnedAt ?? Infinity) >= at
    ? call
    : undefined;
}

function named(calls: readonly Call[], wanted: Call['name']): Call | undefined {
  return calls.find(({ name }) => name === wanted);
}

/** A recv() that was seen from outside, blocked: how many bytes it returned is not known. */
function looked(calls: readonly Call[], at: number): Call | undefined {
  return calls.find((call) => call.name === 'recv' && call.within && call.bytes === undefined && blocked(call, at));
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
