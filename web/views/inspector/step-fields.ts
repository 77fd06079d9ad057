import type { Call, Segment, Step } from '../../../bridge/trace/step.ts';
import { isEstimated } from '../../reading/estimated-time.ts';
import { flagsText } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** What the trace holds of a step, as names and values. */
export interface Field {
  name: string;
  value: string;
}

/** @param isRaw sequence numbers as on the wire, if they were seen */
export function fieldsOf(step: Step, language: Language, isRaw: boolean): Field[] {
  const { fields: names } = language.texts.inspector;
  const moment = (us: number, which?: 'ended') => language.moment(us, isEstimated(step, which));
  const at = { name: names.at, value: moment(step.at) };
  switch (step.kind) {
    case 'segment':
      return [
        ...(step.header === undefined ? headerOf(step, language, isRaw) : []),
        ...storyOf(step, language, moment),
      ];
    case 'call':
      return fieldsOfCall(step, language, moment);
    case 'state':
      return [
        { name: names.from, value: step.from },
        { name: names.to, value: step.to },
        at,
        ...optional(names.expected, step.expected, String),
        ...optional(names.seen, step.seenAt, (us) => seenText(us, us - step.at, language)),
        ...optional(names.lasts, step.lastsMs, (ms) => language.duration(ms * 1000)),
      ];
    case 'output':
      return [{ name: names.line, value: step.line }, { name: names.stream, value: step.stream }, at];
  }
}

/** When the kernel was seen in the state: often a little after the segment that led there. */
function seenText(us: number, later: number, language: Language): string {
  const after = later > 0 ? ` (${language.texts.inspector.later(language.duration(later))})` : '';
  return language.moment(us) + after;
}

type Moment = (us: number, which?: 'ended') => string;

/** The fields of a header that was not kept as bytes. */
function headerOf(step: Segment, language: Language, isRaw: boolean): Field[] {
  const { fields: names, notSeen } = language.texts.inspector;
  const isSeen = step.evidence !== 'inferred';
  return [
    { name: names.flags, value: flagsText(step) },
    { name: names.seq, value: String(isRaw ? (step.rawSeq ?? step.seq) : step.seq) },
    ...optional(names.ack, isRaw ? (step.rawAck ?? step.ack) : step.ack, String),
    { name: names.length, value: String(step.length) },
    { name: names.window, value: step.window === undefined ? notSeen : language.number(step.window) },
    ...(isSeen && !step.options ? [] : [{ name: names.options, value: step.options?.join(', ') ?? notSeen }]),
  ];
}

/** What became of a segment. */
function storyOf(step: Segment, language: Language, moment: Moment): Field[] {
  const { fields: names, fates } = language.texts.inspector;
  return [
    { name: names.sent, value: moment(step.sentAt) },
    ...optional(names.arrived, step.arrivedAt, (us) => moment(us, 'ended')),
    { name: names.fate, value: fates[step.fate] },
    ...optional(names.repeats, step.repeats, (count) => `${count}\u00a0×`),
    ...optional(names.probe, step.probe, String),
  ];
}

function fieldsOfCall(step: Call, language: Language, moment: Moment): Field[] {
  const { fields: names, earlier: words } = language.texts.inspector;
  const earlier = (us: number | undefined) => (us === undefined ? '' : ` (${words(language.duration(us))})`);
  return [
    ...optional(names.systemCall, step.systemCall, (name) => `${name}()`),
    ...(step.args.length === 0 ? [] : [{ name: names.arguments, value: step.args.join(', ') }]),
    { name: names.started, value: moment(step.startedAt) + earlier(step.within?.startUs) },
    ...optional(names.returned, step.returnedAt, (us) => moment(us) + earlier(step.within?.returnUs)),
    ...optional(names.between, step.range, (range) => rangeText(step, range, language)),
    ...optional(names.result, step.result, String),
    ...optional(names.value, step.value, String),
    ...optional(names.length, step.bytes, String),
    ...optional(names.peer, step.peer, String),
    ...optional(names.process, step.process, String),
    ...optional(names.thread, step.thread, String),
  ];
}

function rangeText({ startedAt }: Call, range: NonNullable<Call['range']>, language: Language): string {
  return `${language.moment(startedAt - range.earlierUs)} … ${language.moment(startedAt + range.laterUs)}`;
}

function optional<Value>(name: string, value: Value | undefined, write: (value: Value) => string): Field[] {
  return value === undefined ? [] : [{ name, value: write(value) }];
}
