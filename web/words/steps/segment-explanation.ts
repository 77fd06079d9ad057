import type { Segment } from '../../../bridge/trace/step.ts';
import { copyEffect, repeatReason, type CopyEffect, type RepeatReason } from '../../reading/copies.ts';
import { isEstimated } from '../../reading/estimated-time.ts';
import { resetEffect, segmentAnswered, type ResetEffect } from '../../reading/resets.ts';
import { unreadAtClose } from '../../reading/unread-at-close.ts';
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

const REPEAT_SECTIONS: Record<RepeatReason, string> = {
  timeout: 'RFC 9293 §3.8.1; RFC 6298 §5; RFC 8985 §7',
  acks: 'RFC 8985 §6; RFC 5681 §3.2',
  syn: 'RFC 9293 §3.5',
};

const COPY_SECTIONS: Record<CopyEffect, string> = {
  pending: 'RFC 9293 §3.10.7.4',
  first: 'RFC 9293 §3.10.7.4',
  syn: 'RFC 9293 §3.10.7.4; RFC 5961 §4.2',
  synAck: 'RFC 9293 §3.10.7.4; RFC 5961 §4.2',
  data: 'RFC 9293 §3.10.7.4',
  bare: 'RFC 9293 §3.10.7.4',
  stale: 'RFC 9293 §3.10.7.4',
  reset: 'RFC 9293 §3.5.3',
  gone: 'RFC 9293 §3.10.7.1; RFC 1337',
};

const RESET_SECTIONS: Record<ResetEffect, string> = {
  pending: 'RFC 9293 §3.5.3; RFC 5961 §3.2',
  nothing: 'RFC 9293 §3.10.7.1',
  ignored: 'RFC 9293 §3.10.7.4; RFC 5961 §3.2',
  refuses: 'RFC 9293 §3.10.7.3',
  ends: 'RFC 9293 §3.5.3',
  endsAfterFin: 'RFC 9293 §3.5.3',
  endsUnnoticed: 'RFC 9293 §3.5.3',
  endsTimeWait: 'RFC 9293 §3.10.7.4; RFC 1337',
};

export function whatOfSegment(segment: Segment, context: Context): string {
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
  return sentences.filter(Boolean).join(' ');
}

/** Explains what is most special about the segment. */
export function whyOfSegment(segment: Segment, context: Context): { why: string; section: string } {
  const { texts, run } = context;
  const kind = segmentRole(segment, run.steps);
  const { retransmission, duplicate, probe: probes, ...roles } = texts.segment;
  const { retransmissionOf, duplicateOf, probe } = segment;
  if (probe !== undefined)
    return { why: probes[probe].why, section: probe === 'keep-alive' ? 'RFC 9293 §3.8.4' : 'RFC 9293 §3.8.6.1' };
  if (duplicateOf !== undefined) {
    const effect = copyEffect(segment, run.steps);
    if (kind !== 'rst' || effect === 'reset') return { why: duplicate.why[effect], section: COPY_SECTIONS[effect] };
  }
  if (kind === 'rst') return whyReset(segment, context);
  if (retransmissionOf !== undefined) {
    const reason = repeatReason(segment, run.steps);
    return { why: retransmission.why[reason], section: REPEAT_SECTIONS[reason] };
  }
  return { why: roles[kind].why, section: SECTIONS[kind] };
}

/** Why a RST was sent, if it answers something, and what it does where it arrives. */
function whyReset(segment: Segment, { language, texts, run }: Context): { why: string; section: string } {
  const { rst } = texts.segment;
  const answered = segmentAnswered(segment, run.steps);
  const effect = resetEffect(segment, run.steps);
  const unread = unreadAtClose(run.steps);
  if (unread?.reset.id === segment.id)
    return {
      why: `${rst.whyUnread(unread.side, language.texts.bytes(unread.bytes))} ${rst.effects[effect]}`,
      section: `RFC 9293 §3.6.1; RFC 2525 §2.17; ${RESET_SECTIONS[effect]}`,
    };
  if (!answered) return { why: rst.effects[effect], section: RESET_SECTIONS[effect] };
  return {
    why: `${rst.whyAnswer(flagsText(answered))} ${rst.effects[effect]}`,
    section: `RFC 9293 §3.5.2, §3.10.7.1; ${RESET_SECTIONS[effect]}`,
  };
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
