import { REASON_SOURCES } from '../../bridge/trace/reasons.ts';
import type { Call, Segment, State, Step } from '../../bridge/trace/step.ts';
import { spacedHex, textFromHex } from '../reading/bytes.ts';
import { isEstimated } from '../reading/estimated-time.ts';
import { lookup } from '../reading/safe-lookup.ts';
import { copyOfResetIsLate, isGone, segmentAnswered } from '../reading/after-the-end.ts';
import { flagsText, segmentRole, type SegmentRole } from '../reading/segment-role.ts';
import type { StepTexts } from '../texts/en/steps.ts';
import type { Language } from '../texts/language.svelte.ts';

/** A step in words, for whoever reads rather than looks. */
export interface Explanation {
  what: string;
  why: string;
  /** Where the standard says so. */
  section: string;
  evidence: string;
  /** For an inferred step: why it must have happened, and where that is written. */
  reason?: { text: string; section: string };
}

/** The run that a step stands in, as far as it is told. */
export interface Told {
  steps: readonly Step[];
  /** Whether it has ended: a call without a return is then no longer blocked, only unseen. */
  isOver: boolean;
}

interface Speech {
  language: Language;
  steps: StepTexts;
}

/** Puts steps into words, in the language that is spoken now. */
export interface Teller {
  explain(step: Step, told: Told): Explanation;
  /** The same, as short as a tooltip. */
  titleOf(step: Step, told: Told): string;
}

/** Rejects where the words cannot be had. */
export async function tellerIn(language: Language): Promise<Teller> {
  const steps =
    language.name === 'pt'
      ? (await import('../texts/pt/steps.ts')).ptSteps
      : (await import('../texts/en/steps.ts')).enSteps;
  const speech = { language, steps };
  return {
    explain: (step, told) => explain(step, speech, told),
    titleOf: (step, told) => titleOf(step, speech, told),
  };
}

function explain(step: Step, speech: Speech, { steps: told, isOver }: Told): Explanation {
  const { steps } = speech;
  const base = { evidence: steps.evidenceMeans[step.evidence], ...reasonOf(step, speech) };
  if (step.kind === 'call') return { ...base, ...explainCall(step, speech, { steps: told, isOver }) };
  if (step.kind === 'segment') return { ...base, ...explainSegment(step, told, speech) };
  if (step.kind === 'state') return { ...base, ...explainState(step, speech) };
  return { ...base, what: steps.output.what(step.side), why: steps.output.why, section: '' };
}

function titleOf(step: Step, speech: Speech, told: Told): string {
  const { what, evidence, reason } = explain(step, speech, told);
  return `${what}\n${speech.language.texts.evidence[step.evidence]}: ${reason?.text ?? evidence}`;
}

function bytesInWords(count: number, payload: string, { language, steps: { bytes } }: Speech): string {
  const counted = language.texts.bytes(count);
  const text = textFromHex(payload);
  if (text !== undefined && [...text].length >= 2 && text.length <= 60) return bytes.withText(counted, text);
  return payload === '' ? counted : bytes.withHex(counted, spacedHex(payload, 8));
}

function reasonOf(step: Step, { steps }: Speech): { reason?: { text: string; section: string } } {
  if (step.reason === undefined) return {};
  // A newer bridge may know reasons that this page does not.
  const text = lookup(steps.reason, step.reason);
  return text === undefined ? {} : { reason: { text, section: lookup(REASON_SOURCES, step.reason) ?? '' } };
}

const CALL_SECTIONS: Record<string, string> = {
  socket: 'RFC 9293 §3.9.1',
  bind: 'RFC 9293 §3.9.1.1',
  listen: 'RFC 9293 §3.9.1.1',
  accept: 'RFC 9293 §3.9.1.1',
  connect: 'RFC 9293 §3.9.1.1',
  send: 'RFC 9293 §3.9.1.2',
  recv: 'RFC 9293 §3.9.1.3',
  shutdown: 'RFC 9293 §3.6.1',
  close: 'RFC 9293 §3.9.1.4',
  reset: 'RFC 9293 §3.9.1',
};

interface CallTexts {
  what: (side: Call['side'], detail: string) => string;
  why: string;
}

function explainCall(call: Call, speech: Speech, { steps, isOver }: Told) {
  const texts = lookup<CallTexts>(speech.steps.call, call.name);
  // A program may call what the page has no words for: its name is then all there is to say.
  if (!texts) return { what: `${call.name}(${call.args.join(', ')})`, why: '', section: '' };
  const detail =
    call.name === 'send'
      ? bytesInWords(call.bytes ?? 0, call.payload ?? '', speech)
      : (call.peer ?? call.args[0] ?? '');
  return {
    what: `${texts.what(call.side, detail)} ${callEnd(call, speech, isOver)}`.trim(),
    why: call.name === 'close' && isGone(call, steps) ? speech.steps.closeOfNothing : texts.why,
    section: lookup(CALL_SECTIONS, call.name) ?? '',
  };
}

function callEnd(call: Call, speech: Speech, isOver: boolean): string {
  const { callEnd: texts } = speech.steps;
  if (call.within) return seenFromOutside(call, speech, isOver);
  if (call.returnedAt === undefined) return isOver ? texts.unseen : texts.open;
  const isPlain = call.result === undefined || call.result === 'ok';
  // How long a call took that nobody saw is a guess: no number is made of it.
  if (call.evidence === 'inferred' && isPlain) return '';
  const took = speech.language.duration(call.returnedAt - call.startedAt);
  return isPlain ? returnOf(call, took, speech) : texts.error(took, call.result!);
}

/** Of a call that was seen now and then only bounds are known: no moment is made of them. */
function seenFromOutside(call: Call, speech: Speech, isOver: boolean): string {
  const { callEnd: texts } = speech.steps;
  const { within, startedAt, returnedAt, result, name, bytes, payload = '' } = call;
  const length = (us: number | undefined) => (us === undefined ? '' : speech.language.duration(us));
  const what =
    result !== undefined && result !== 'ok'
      ? result
      : name === 'recv' && bytes !== undefined
        ? bytesInWords(bytes, payload, speech)
        : '';
  return [
    texts.seenBlocked(startedAt < 0 ? '' : speech.language.moment(startedAt), length(within?.startUs)),
    returnedAt === undefined
      ? isOver
        ? texts.unseen
        : texts.open
      : texts.seenOver(speech.language.moment(returnedAt), length(within?.returnUs)),
    what && texts.returned(what),
  ]
    .filter(Boolean)
    .join(' ');
}

/** What a call that succeeded came back with. */
function returnOf({ name, bytes, payload = '', peer }: Call, took: string, speech: Speech): string {
  const { callEnd: texts } = speech.steps;
  if (name === 'recv' && bytes === 0) return texts.end(took);
  if (name === 'recv' && bytes !== undefined) return texts.bytes(took, bytesInWords(bytes, payload, speech));
  return name === 'accept' && peer !== undefined ? texts.peer(took, peer) : texts.ok(took);
}

const SEGMENT_SECTIONS: Record<SegmentRole, string> = {
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

function explainSegment(segment: Segment, told: readonly Step[], speech: Speech) {
  const { segment: texts } = speech.steps;
  const { retransmissionOf, duplicateOf, probe, repeats = 0 } = segment;
  const kind = segmentRole(segment, told);
  // What is most special about it is what has to be explained.
  const special =
    probe !== undefined
      ? { why: texts.probe[probe].why, section: probe === 'keep-alive' ? 'RFC 9293 §3.8.4' : 'RFC 9293 §3.8.6.1' }
      : kind === 'rst'
        ? reasonOfReset(segment, told, speech)
        : duplicateOf !== undefined
          ? { why: texts.duplicate.why, section: 'RFC 9293 §3.10.7.4' }
          : retransmissionOf !== undefined
            ? { why: texts.retransmission.why, section: 'RFC 9293 §3.8.1' }
            : { why: texts[kind].why, section: SEGMENT_SECTIONS[kind] };
  const sentences = [
    probe === undefined ? whatOf(segment, kind, told, speech) : texts.probe[probe].what(segment.from),
    duplicateOf === undefined ? '' : texts.duplicate.what,
    retransmissionOf === undefined ? '' : texts.retransmission.what,
    repeats > 0 ? texts.repeats(repeats) : '',
    fateOf(segment, speech),
  ];
  return { what: sentences.filter(Boolean).join(' '), ...special };
}

/** A reset ends a connection, unless that is gone already on the side that sends it, or on the side that gets it. */
function reasonOfReset(segment: Segment, told: readonly Step[], { steps }: Speech): { why: string; section: string } {
  const { rst } = steps.segment;
  const answered = segmentAnswered(segment, told);
  if (copyOfResetIsLate(segment, told)) return { why: rst.whyCopy, section: 'RFC 9293 §3.10.7.1' };
  return answered
    ? { why: rst.whyAnswer(flagsText(answered)), section: 'RFC 9293 §3.5.2, §3.10.7.1' }
    : { why: rst.why, section: SEGMENT_SECTIONS.rst };
}

function whatOf(segment: Segment, kind: SegmentRole, told: readonly Step[], speech: Speech): string {
  const { segment: texts } = speech.steps;
  if (kind === 'rst' && segmentAnswered(segment, told)) return texts.rst.whatAnswer(segment.from);
  if (kind === 'ack') return texts.ack.what(segment.from, segment.ack ?? 0);
  if (kind !== 'data' && kind !== 'dataFin') return texts[kind].what(segment.from);
  const bytes = bytesInWords(segment.length, segment.payload, speech);
  return texts[kind].what(segment.from, bytes, segment.evidence !== 'inferred');
}

/** Where leaving and arriving are one moment, a trace tells them as two, a tenth of a microsecond apart. */
const ONE_MOMENT = 0.15;

function fateOf(segment: Segment, speech: Speech): string {
  const { fate } = speech.steps.segment;
  if (segment.fate !== 'delivered') return fate[segment.fate];
  // The times of a segment that nobody saw are guesses: no number is made of them.
  if (isEstimated(segment) || isEstimated(segment, 'ended') || segment.arrivedAt === undefined) return '';
  const took = segment.arrivedAt - segment.sentAt;
  return took < ONE_MOMENT ? fate.atOnce : fate.delivered(speech.language.duration(took));
}

function explainState(state: State, speech: Speech) {
  const { state: texts } = speech.steps;
  const { side, from, to, expected, lastsMs } = state;
  const isListening = to === 'LISTEN' && side === 'server' && from === 'CLOSED';
  const lasts = lastsMs === undefined ? '' : ` ${texts.lasts(speech.language.duration(lastsMs * 1000))}`;
  const section = 'RFC 9293 §3.3.2';
  if (expected !== undefined)
    return { what: texts.disagrees.what(side, to, expected), why: texts.disagrees.why, section };
  return {
    what: (isListening ? texts.listens : texts.what(side, from, to)) + lasts,
    why: lookup(texts.why, to) ?? '',
    section,
  };
}
