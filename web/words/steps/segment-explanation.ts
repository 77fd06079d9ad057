import type { Segment } from '../../../bridge/trace/step.ts';
import { isEstimated } from '../../reading/estimated-time.ts';
import { copyOfResetIsLate, segmentAnswered } from '../../reading/resets-after-end.ts';
import { flagsText, segmentRole, type SegmentRole } from '../../reading/segment-role.ts';
import { bytesInWords } from './bytes-in-words.ts';
import type { Context } from './context.ts';

const SECTIONS: Record<SegmentRole, string> = {
  syn: 'RFC 9293 §3.5',
  synAck: 'RFC 9293 §3.5',
  handshakeAck: 'RFC 9293 §3.5',
  ack: 'RFC 9293 §3.4',
  data: 'RFC 9293 §3.8',
  fin: 'RFC 9293 §3.6',
  dataFin: 'RFC 9293 §3.6',
  refusal: 'RFC 9293 §3.5.2',
  rst: 'RFC 9293 §3.5.3',
};

export function explainSegment(segment: Segment, context: Context) {
  const { segment: texts } = context.texts;
  const { retransmissionOf, duplicateOf, probe, repeats = 0 } = segment;
  const kind = segmentRole(segment, context.run.steps);
  const sentences = [
    probe === undefined ? whatOf(segment, kind, context) : texts.probe[probe].what(segment.from),
    duplicateOf === undefined ? '' : texts.duplicate.what,
    retransmissionOf === undefined ? '' : texts.retransmission.what,
    repeats > 0 ? texts.repeats(repeats) : '',
    fateOf(segment, context),
  ];
  return { what: sentences.filter(Boolean).join(' '), ...whyOf(segment, kind, context) };
}

/** Explains what is most special about the segment. */
function whyOf(segment: Segment, kind: SegmentRole, context: Context): { why: string; section: string } {
  const { segment: texts } = context.texts;
  const { retransmissionOf, duplicateOf, probe } = segment;
  if (probe !== undefined)
    return { why: texts.probe[probe].why, section: probe === 'keep-alive' ? 'RFC 9293 §3.8.4' : 'RFC 9293 §3.8.6.1' };
  if (kind === 'rst') return whyReset(segment, context);
  if (duplicateOf !== undefined) return { why: texts.duplicate.why, section: 'RFC 9293 §3.10.7.4' };
  if (retransmissionOf !== undefined) return { why: texts.retransmission.why, section: 'RFC 9293 §3.8.1' };
  return { why: texts[kind].why, section: SECTIONS[kind] };
}

/** A reset ends a connection, unless the connection is already gone on one of the two sides. */
function whyReset(segment: Segment, { texts, run }: Context): { why: string; section: string } {
  const { rst } = texts.segment;
  if (copyOfResetIsLate(segment, run.steps)) return { why: rst.whyCopy, section: 'RFC 9293 §3.10.7.1' };
  const answered = segmentAnswered(segment, run.steps);
  return answered
    ? { why: rst.whyAnswer(flagsText(answered)), section: 'RFC 9293 §3.5.2, §3.10.7.1' }
    : { why: rst.why, section: SECTIONS.rst };
}

function whatOf(segment: Segment, kind: SegmentRole, context: Context): string {
  const { segment: texts } = context.texts;
  if (kind === 'rst' && segmentAnswered(segment, context.run.steps)) return texts.rst.whatAnswer(segment.from);
  if (kind === 'ack') return texts.ack.what(segment.from, segment.ack ?? 0);
  if (kind !== 'data' && kind !== 'dataFin') return texts[kind].what(segment.from);
  const bytes = bytesInWords(segment.length, segment.payload, context);
  return texts[kind].what(segment.from, bytes, segment.evidence !== 'inferred');
}

/** If a segment leaves and arrives in one moment, its trace has two moments a tenth of a microsecond apart. */
const ONE_MOMENT = 0.15;

function fateOf(segment: Segment, { language, texts }: Context): string {
  const { fate } = texts.segment;
  if (segment.fate === 'held' && segment.behind !== undefined) return fate.behind;
  if (segment.fate !== 'delivered') return fate[segment.fate];
  // The times of an inferred segment are guesses: no number is made of them.
  if (isEstimated(segment) || isEstimated(segment, 'ended') || segment.arrivedAt === undefined) return '';
  const took = segment.arrivedAt - segment.sentAt;
  return took < ONE_MOMENT ? fate.atOnce : fate.delivered(language.duration(took));
}
