import { stepId } from './step-id.ts';
import { toTenths, type Call, type Flag, type Reason, type Segment, type Side } from './step.ts';

/** A step that must have happened, before `infer.ts` signs it as inferred. */
export type Draft<Step> = Omit<Step, 'evidence' | 'reason'> & { reason: Reason };

/**
 * A step with a place for everything that one of its kind may have. V8 reads a property in half the time where all objects
 * have the same ones in the same order: a busy bridge reads a million a second.
 */
export type WithAllPlaces<Step> = { [Key in keyof Required<Step>]: Step[Key] | undefined };

interface SegmentFacts {
  from: Side;
  label: 'syn' | 'ack' | 'data' | 'fin' | 'rst';
  /** Tells segments of one label apart: the sequence or acknowledgment number that it is about. */
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

/** A segment whose id follows from what it is, so that it is the same in every telling. */
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

/** What only a segment that was seen has. */
type OfPackets =
  | 'rawSeq'
  | 'rawAck'
  | 'window'
  | 'options'
  | 'estimated'
  | 'header'
  | 'retransmissionOf'
  | 'duplicateOf'
  | 'repeats'
  | 'probe';

/** A call of the server program that its peer's evidence proves. When it began to block was not seen. */
export function draftServerCall(
  name: Call['name'],
  startedAt: number,
  reason: Reason,
  more: Partial<Pick<Call, 'args' | 'bytes' | 'payload' | 'peer' | 'returnedAt' | 'result'>> & { index?: number } = {},
): Draft<Call> {
  const { index, args = [], result, bytes, payload, peer } = more;
  const at = toTenths(startedAt);
  const id = stepId('server', name, index);
  const returnedAt = more.returnedAt === undefined ? undefined : toTenths(more.returnedAt);
  // prettier-ignore
  const call: WithAllPlaces<Call> = {
    kind: 'call', id, at, side: 'server', evidence: undefined, reason,
    name, args, startedAt: at, returnedAt, result, bytes, payload, peer, within: undefined,
  };
  return call as Draft<Call>;
}
