import { sortedBy } from '../sort-by-number.ts';
import { type Call, type CallName, otherSide, type Segment, type Side, WAIT_NAMES, type WaitName } from '../step.ts';
import { numberAfter } from '../tcp/sequence-number.ts';

/** The part of a segment that these rules read, in captured segments and in drafts. */
type AnySegment = Omit<Segment, 'evidence' | 'reason'>;
type CallsOfSides = Readonly<Record<Side, readonly Call[]>>;

/**
 * For each captured segment, the id of the call that made the kernel send it. Segments that a kernel sends by itself,
 * acknowledgments and retransmissions, have none.
 *
 *     call ─ causes ─▶ segment ─ wakes ─▶ call of the peer
 */
export function causesOf(segments: readonly Segment[], calls: CallsOfSides): ReadonlyMap<Segment, string> {
  const causes = new Map<Segment, string>();
  /** The sides that have sent a FIN or RST: no program causes a later one. */
  const ends = { client: false, server: false };
  for (const segment of segments) {
    if (segment.retransmissionOf !== undefined || segment.duplicateOf !== undefined) continue;
    const cause = causeOf(segment, calls[segment.from], ends);
    if (cause && cause.startedAt <= segment.sentAt) causes.set(segment, cause.id);
  }
  return causes;
}

function causeOf({ flags, from, seq, length }: Segment, calls: readonly Call[], ends: Record<Side, boolean>) {
  if (flags.includes('SYN')) return from === 'client' ? named(calls, 'connect') : undefined;
  const sender = length > 0 ? callOfByte(calls, 'send', seq) : undefined;
  const isEnd = flags.includes('FIN') || flags.includes('RST');
  if (!isEnd || ends[from]) return sender;
  ends[from] = true;
  if (flags.includes('RST')) return named(calls, 'reset') ?? named(calls, 'close') ?? named(calls, 'exit');
  return sender ?? named(calls, 'shutdown') ?? named(calls, 'close') ?? named(calls, 'exit');
}

/**
 * Finds each segment that ended the wait of a blocked connect(), accept() or recv(), or of a call that waits for several
 * sockets. A program that waits so is not blocked in the others: they return at once.
 * @param found receives the segment and the call's id. If it gets a segment twice, the second id is the right one
 */
export function findWokenCalls<Some extends AnySegment>(
  segments: readonly Some[],
  calls: CallsOfSides,
  found: (segment: Some, call: string) => void,
): void {
  for (const from of ['client', 'server'] as const) {
    const receiver = calls[otherSide(from)];
    // The first segment that arrives while a call waits wakes it; no other does.
    const awake: Call[] = [];
    for (const segment of newsInOrder(segments, from)) {
      const call = wokenBy(segment, receiver);
      if (!call || awake.includes(call)) continue;
      awake.push(call);
      found(segment, call.id);
    }
  }
  const third = thirdOfHandshake(segments);
  const accept =
    third && (blocked(named(calls.server, 'accept'), third.arrivedAt!) ?? waiting(calls.server, third.arrivedAt!));
  if (third && accept && !third.flags.includes('RST')) found(third, accept.id);
}

/**
 * The segments of one direction that bring something new, in the order of arrival. Retransmissions bring nothing, and
 * neither do segments ahead of a gap: the segment that fills the gap brings their bytes too.
 */
function newsInOrder<Some extends AnySegment>(segments: readonly Some[], sender: Side): Some[] {
  const arrived = sortedBy(
    segments.filter(({ from, arrivedAt }) => from === sender && arrivedAt !== undefined),
    ({ arrivedAt }) => arrivedAt!,
  );
  const ahead: { seq: number; end: number }[] = [];
  let next = 0;
  return arrived.filter((segment) => {
    const { seq, flags } = segment;
    if (flags.includes('RST')) return true;
    const end = numberAfter(segment);
    if (seq > next) ahead.push({ seq, end });
    if (end <= next || seq > next) return false;
    next = end;
    for (let early; (early = ahead.find((other) => other.seq <= next && other.end > next));) next = early.end;
    return true;
  });
}

/** The client's first segment to arrive after its SYN. */
function thirdOfHandshake<Some extends AnySegment>(segments: readonly Some[]): Some | undefined {
  let first: Some | undefined;
  for (const segment of segments) {
    const { from, flags, arrivedAt = Infinity } = segment;
    if (from === 'client' && !flags.includes('SYN') && arrivedAt < (first?.arrivedAt ?? Infinity)) first = segment;
  }
  return first;
}

function wokenBy({ flags, arrivedAt, length, seq, from }: AnySegment, calls: readonly Call[]): Call | undefined {
  if (flags.includes('SYN')) return from === 'server' ? blocked(named(calls, 'connect'), arrivedAt!) : undefined;
  if (flags.includes('RST'))
    return calls.find((call) => call.result !== 'ok' && call.result !== undefined && blocked(call, arrivedAt!));
  const reader = length > 0 ? (callOfByte(calls, 'recv', seq) ?? seenBlocked(calls, arrivedAt!)) : undefined;
  const awake = blocked(reader, arrivedAt!);
  if (awake) return awake;
  const end = flags.includes('FIN') ? calls.find(({ name, bytes }) => name === 'recv' && bytes === 0) : undefined;
  return blocked(end, arrivedAt!) ?? (length > 0 || flags.includes('FIN') ? waiting(calls, arrivedAt!) : undefined);
}

/** The call that waits for several sockets at this moment. A trace does not say which of its sockets woke it. */
function waiting(calls: readonly Call[], at: number): Call | undefined {
  return calls.find((call) => WAIT_NAMES.includes(call.name as WaitName) && blocked(call, at));
}

function blocked(call: Call | undefined, at: number): Call | undefined {
  return call && call.startedAt - (call.within?.startUs ?? 0) <= at && (call.returnedAt ?? Infinity) >= at
    ? call
    : undefined;
}

/** A recv() that was seen blocked from outside: nobody knows how many bytes it returned. */
function seenBlocked(calls: readonly Call[], at: number): Call | undefined {
  return calls.find((call) => call.name === 'recv' && call.within && call.bytes === undefined && blocked(call, at));
}

function named(calls: readonly Call[], wanted: CallName): Call | undefined {
  return calls.find(({ name }) => name === wanted);
}

/** The call that sent or returned the byte with this relative sequence number. The first byte of data has number 1. */
function callOfByte(calls: readonly Call[], name: 'send' | 'recv', seq: number): Call | undefined {
  let next = 1;
  for (const call of calls) {
    if (call.name !== name) continue;
    next += call.bytes ?? 0;
    if (next > seq) return call;
  }
  return undefined;
}
