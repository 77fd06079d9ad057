import { stepId } from './step-id.ts';
import type { Call, Flag, Reason, Segment, Side } from './step.ts';

/** A step that must have happened, before `infer.ts` signs it as inferred. */
export type Draft<Step> = Omit<Step, 'evidence' | 'reason'> & { reason: Reason };

/** Times are told to a tenth of a microsecond: what is finer is noise, and long numbers to read. */
export function toTenths(microseconds: number): number {
  return Math.round(microseconds * 10) / 10;
}

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
  // prettier-ignore
  const segment: Draft<Segment> = {
    kind: 'segment', id: stepId(from, label, number), at: sentAt, side: from, from, flags, seq, length, payload, sentAt, fate, reason,
  };
  // Not by spreading: a busy bridge makes a hundred thousand of these a second.
  if (ack !== undefined) segment.ack = ack;
  if (facts.arrivedAt !== undefined) segment.arrivedAt = toTenths(facts.arrivedAt);
  if (causedBy !== undefined) segment.causedBy = causedBy;
  return segment;
}

/** A call of the server program that its peer's evidence proves. When it began to block was not seen. */
export function draftServerCall(
  name: Call['name'],
  startedAt: number,
  reason: Reason,
  more: Partial<Pick<Call, 'args' | 'bytes' | 'payload' | 'peer' | 'returnedAt' | 'result'>> & { index?: number } = {},
): Draft<Call> {
  const { index, returnedAt, ...fields } = more;
  const at = toTenths(startedAt);
  const id = stepId('server', name, index);
  const call: Draft<Call> = { kind: 'call', id, at, side: 'server', name, args: [], startedAt: at, reason };
  if (returnedAt !== undefined) call.returnedAt = toTenths(returnedAt);
  return Object.assign(call, fields);
}

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
