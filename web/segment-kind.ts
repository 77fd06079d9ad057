import type { Segment } from '../bridge/trace/step.ts';

/** What a segment is for, in the words of a lecture. */
export type SegmentKind = 'syn' | 'synAck' | 'handshakeAck' | 'ack' | 'data' | 'fin' | 'dataFin' | 'refusal' | 'rst';

export function segmentKind({ from, flags, length, seq, ack, rawSeq = seq }: Segment): SegmentKind {
  const has = (flag: string) => (flags as string[]).includes(flag);
  // A refusal answers a SYN: it acknowledges just that, from a sender who has numbered nothing.
  if (has('RST')) return has('ACK') && rawSeq === 0 && ack === 1 ? 'refusal' : 'rst';
  if (has('SYN')) return has('ACK') ? 'synAck' : 'syn';
  if (has('FIN')) return length > 0 ? 'dataFin' : 'fin';
  if (length > 0) return 'data';
  return from === 'client' && seq === 1 && ack === 1 ? 'handshakeAck' : 'ack';
}

/** One colour each, everywhere on the page. */
export type Tone = 'syn' | 'data' | 'ack' | 'fin' | 'rst';

export function toneOf(segment: Segment): Tone {
  const kind = segmentKind(segment);
  if (kind === 'refusal' || kind === 'rst') return 'rst';
  if (kind === 'syn' || kind === 'synAck') return 'syn';
  if (kind === 'fin' || kind === 'dataFin') return 'fin';
  return kind === 'data' ? 'data' : 'ack';
}

/** `SYN+ACK`: one segment with both control bits. */
export function flagsText({ flags }: Segment): string {
  return flags.join('+');
}
