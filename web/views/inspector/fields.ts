import type { Step } from '../../../bridge/trace/step.ts';
import { flagsText } from '../../segment-kind.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** What the trace holds of a step, as names and values. */
export interface Field {
  name: string;
  value: string;
  /** Beside the value, in brackets: the number as it was on the wire. */
  raw?: string;
}

export function fieldsOf(step: Step, language: Language): Field[] {
  const { fields: names, fates, notSeen } = language.texts.inspector;
  // What was guessed from the standard is marked as about.
  const about = step.evidence === 'inferred' ? '≈ ' : '';
  const moment = (us: number) => about + language.moment(us);
  if (step.kind === 'segment') {
    const seen = step.evidence !== 'inferred';
    return [
      { name: names.flags, value: flagsText(step) },
      { name: names.seq, value: String(step.seq), ...raw(step.rawSeq) },
      ...(step.ack === undefined ? [] : [{ name: names.ack, value: String(step.ack), ...raw(step.rawAck) }]),
      { name: names.length, value: String(step.length) },
      { name: names.window, value: step.window === undefined ? notSeen : language.number(step.window) },
      { name: names.options, value: step.options?.join(', ') ?? (seen ? '' : notSeen) },
      { name: names.sent, value: moment(step.sentAt) },
      ...(step.arrivedAt === undefined ? [] : [{ name: names.arrived, value: moment(step.arrivedAt) }]),
      { name: names.fate, value: fates[step.fate] },
      ...(step.retransmissionOf === undefined ? [] : [{ name: names.copyOf, value: step.retransmissionOf }]),
    ].filter(({ value }) => value !== '');
  }
  if (step.kind === 'call') {
    return [
      ...(step.args.length === 0 ? [] : [{ name: names.arguments, value: step.args.join(', ') }]),
      { name: names.started, value: moment(step.startedAt) },
      ...(step.returnedAt === undefined ? [] : [{ name: names.returned, value: moment(step.returnedAt) }]),
      ...(step.result === undefined ? [] : [{ name: names.result, value: step.result }]),
      ...(step.bytes === undefined ? [] : [{ name: names.length, value: String(step.bytes) }]),
      ...(step.peer === undefined ? [] : [{ name: names.peer, value: step.peer }]),
    ];
  }
  if (step.kind === 'state') {
    return [
      { name: names.from, value: step.from },
      { name: names.to, value: step.to },
      { name: names.at, value: moment(step.at) },
    ];
  }
  return [
    { name: names.line, value: step.line },
    { name: names.stream, value: step.stream },
    { name: names.at, value: moment(step.at) },
  ];
}

function raw(value: number | undefined): { raw?: string } {
  return value === undefined ? {} : { raw: String(value) };
}
