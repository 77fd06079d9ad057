import type { Segment, Step } from '../../bridge/trace/step.ts';

/** What a segment is for, in the words of a lecture. */
export type SegmentRole = 'syn' | 'synAck' | 'handshakeAck' | 'ack' | 'data' | 'fin' | 'dataFin' | 'refusal' | 'rst';

/**
 * @param steps the whole trace: a client may send such an acknowledgment often, but only the first completes a
 * handshake
 */
export function segmentRole(segment: Segment, steps: readonly Step[]): SegmentRole {
  if (!mayCompleteHandshake(segment)) return roleOf(segment);
  const first = handshakeIn(steps);
  const { id, retransmissionOf, duplicateOf } = segment;
  return [id, retransmissionOf, duplicateOf].includes(first) ? 'handshakeAck' : 'ack';
}

/** Whether its role is the same whatever the other steps are. */
export function hasOwnRole(segment: Segment): boolean {
  return !mayCompleteHandshake(segment);
}

const mayCompleteHandshake = (segment: Segment) =>
  segment.from === 'client' && segment.seq === 1 && segment.ack === 1 && roleOf(segment) === 'ack';

function roleOf({ flags, length, seq, ack, rawSeq = seq }: Segment): Exclude<SegmentRole, 'handshakeAck'> {
  const has = (flag: string) => (flags as string[]).includes(flag);
  // A refusal answers a SYN: it acknowledges only the SYN, and its own number is 0.
  if (has('RST')) return has('ACK') && rawSeq === 0 && ack === 1 ? 'refusal' : 'rst';
  if (has('SYN')) return has('ACK') ? 'synAck' : 'syn';
  if (has('FIN')) return length > 0 ? 'dataFin' : 'fin';
  return length > 0 ? 'data' : 'ack';
}

/** Each tone has one colour everywhere on the page. */
export type Tone = 'syn' | 'data' | 'ack' | 'fin' | 'rst';

export function toneOf(segment: Segment): Tone {
  const role = roleOf(segment);
  if (role === 'refusal' || role === 'rst') return 'rst';
  if (role === 'syn' || role === 'synAck') return 'syn';
  if (role === 'fin' || role === 'dataFin') return 'fin';
  return role === 'data' ? 'data' : 'ack';
}

/** `SYN+ACK`: one segment with both control bits. */
export function flagsText({ flags }: Segment): string {
  return flags.join('+');
}

const completing = new WeakMap<readonly Step[], { id: string | undefined }>();

/** The first segment that may complete the handshake. A list of all steps asks for each, so it is found once. */
function handshakeIn(steps: readonly Step[]): string | undefined {
  const known = completing.get(steps);
  if (known) return known.id;
  const id = steps.find((step) => step.kind === 'segment' && mayCompleteHandshake(step))?.id;
  completing.set(steps, { id });
  return id;
}
