import { otherSide } from './draft.ts';
import type { Call, Segment, Side } from './step.ts';

/** Names on each segment the call that was blocked until it arrived: which connect(), accept() or recv() it woke. */
export function linkWoken(segments: readonly Segment[], calls: Record<Side, readonly Call[]>): void {
  for (const from of ['client', 'server'] as const) {
    const receiver = calls[otherSide(from)];
    // A call is woken once, by the first that arrives while it waits.
    const awake = new Set<Call>();
    for (const segment of newsInOrder(segments.filter((segment) => segment.from === from))) {
      const call = wokenBy(segment, receiver);
      if (!call || awake.has(call)) continue;
      awake.add(call);
      segment.woke = call.id;
    }
  }
  const third = firstArrival(segments.filter(({ from, flags }) => from === 'client' && !flags.includes('SYN')));
  const accept = third && blocked(named(calls.server, 'accept'), third.arrivedAt!);
  if (third && accept && !third.flags.includes('RST')) third.woke = accept.id;
}

/**
 * One direction's segments in the order of arrival, without those that bring nothing new: repetitions, and what came
 * ahead of a gap. Whatever fills the gap brings that too.
 */
function newsInOrder(segments: readonly Segment[]): Segment[] {
  const arrived = segments.filter(({ arrivedAt }) => arrivedAt !== undefined);
  arrived.sort((a, b) => a.arrivedAt! - b.arrivedAt!);
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

function firstArrival(segments: readonly Segment[]): Segment | undefined {
  return segments.reduce<Segment | undefined>(
    (first, segment) => ((segment.arrivedAt ?? Infinity) < (first?.arrivedAt ?? Infinity) ? segment : first),
    undefined,
  );
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
