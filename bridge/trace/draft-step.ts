import { stepId } from './step-id.ts';
import { toTenths, type Call, type Flag, type Reason, type Segment, type Side } from './step.ts';

/** A step that must have happened, before `infer.ts` marks it as inferred. */
export type Draft<Step> = Omit<Step, 'evidence' | 'reason'> & { reason: Reason };

/**
 * A step with every property that its kind may have, absent ones as undefined. V8 reads a property in half the time if
 * all objects have the same properties in the same order, and a busy bridge reads a million a second.
 */
export type WithAllPlaces<Step> = {
  [Key in Exclude<keyof Required<Step>, 'connection'>]: Step[Key] | undefined;
};

interface SegmentFacts {
  from: Side;
  label: 'syn' | 'ack' | 'data' | 'fin' | 'rst';
  /** The sequence or acknowledgment number that distinguishes segments with the same label. */
  number?: number | undefined;
  flags: Flag[];
  seq: number;
  ack?: number | undefined;
  length?: number | undefined;
  payload?: string | undefined;
  sentAt: number;
  arrivedAt?: number | undefined;
  reason: Reason;
  causedBy?: string | undefined;
}

/** An inferred segment. Its id depends only on what it is, so it stays the same when the trace is derived again. */
export function draftSegment(facts: SegmentFacts): Draft<Segment> {
  const { from, label, number, flags, seq, ack, length = 0, payload = '', reason, causedBy } = facts;
  const sentAt = toTenths(facts.sentAt);
  const fate = facts.arrivedAt === undefined ? 'unknown' : 'delivered';
  const arrivedAt = facts.arrivedAt === undefined ? undefined : toTenths(facts.arrivedAt);
  // prettier-ignore
  const segment: WithAllPlaces<Omit<Segment, OfPackets>> = {
    kind: 'segment', id: stepId(from, label, number), at: sentAt, side: from, evidence: undefined, reason,
    from, flags, seq, ack, length, payload, sentAt, arrivedAt, fate, causedBy, woke: undefined,
  };
  return segment as Draft<Segment>;
}

/** Properties that only a captured segment has. */
type OfPackets =
  | 'rawSeq'
  | 'rawAck'
  | 'window'
  | 'options'
  | 'estimated'
  | 'header'
  | 'retransmissionOf'
  | 'duplicateOf'
  | 'behind'
  | 'repeats'
  | 'probe'
  | 'marks';

/** A call of the server program that the client's evidence proves. Nobody saw when it began to block. */
export function draftServerCall(
  name: Call['name'],
  startedAt: number,
  reason: Reason,
  more: Partial<Pick<Call, 'args' | 'bytes' | 'payload' | 'peer' | 'returnedAt' | 'result'>> & {
    index?: number;
    range?: Call['range'] | undefined;
  } = {},
): Draft<Call> {
  const { index, args = [], result, bytes, payload, peer, range } = more;
  const at = toTenths(startedAt);
  const id = stepId('server', name, index);
  const returnedAt = more.returnedAt === undefined ? undefined : toTenths(more.returnedAt);
  // prettier-ignore
  const call: WithAllPlaces<Call> = {
    kind: 'call', id, at, side: 'server', evidence: undefined, reason,
    name, args, startedAt: at, returnedAt, result, bytes, payload, ready: undefined, value: undefined, tls: undefined, handshake: undefined, peer,
    systemCall: undefined, process: undefined, thread: undefined, within: undefined, range,
  };
  return call as Draft<Call>;
}
