import { programBytes, type Call, type Segment, type Step } from '../../../bridge/trace/step.ts';
import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import { flagsText, toneOf } from '../../reading/segment-role.ts';
import type { Texts, Topics } from '../../texts/topics.ts';

/** A step, short enough for a cell of a table. */
export interface ShortStep {
  what: string;
  /** Its result, or what it carried. */
  detail: string;
  /** The class that sets its colour. */
  hue: string;
}

/** The words that mark a special segment. */
type Marks = Pick<Topics['compare'], 'lost' | 'again' | 'copy'>;

export function shortStepOf(step: Step, texts: Texts, marks: Marks): ShortStep {
  switch (step.kind) {
    case 'call':
      return { what: `${step.name}()`, detail: resultOf(step, texts), hue: step.side };
    case 'segment':
      return { ...shortSegment(step, texts, marks), hue: `tone-${toneOf(step)}` };
    case 'state':
      return { what: step.to, detail: '', hue: `state-${step.to}` };
    default:
      return { what: '›', detail: step.line, hue: step.side };
  }
}

function resultOf(call: Call, texts: Texts): string {
  const { name, result, returnedAt, args, value, handshake } = call;
  const carried = carriedBy(call, texts);
  if (name === 'send') return carried;
  if (returnedAt === undefined) return '→ …';
  if (result !== undefined && result !== 'ok') return `→ ${result}`;
  if (name === 'setsockopt') return args.slice(1).join(' ');
  const returned = handshake?.version ?? value ?? carried;
  return returned && `→ ${returned}`;
}

function carriedBy(call: Call, texts: Texts): string {
  const { bytes, payload = '' } = programBytes(call);
  return bytes !== undefined && (call.name === 'send' || call.name === 'recv') ? sized(bytes, payload, texts) : '';
}

function shortSegment(segment: Segment, texts: Texts, { lost, again, copy }: Marks) {
  const { fate, length, payload, retransmissionOf, duplicateOf } = segment;
  const notes = [
    fate === 'dropped' && `✕ ${lost}`,
    retransmissionOf !== undefined && `↻ ${again}`,
    duplicateOf !== undefined && `×2 ${copy}`,
  ].filter(Boolean);
  return {
    what: flagsText(segment),
    detail: [...notes, length > 0 ? sized(length, payload, texts) : ''].filter(Boolean).join(' · '),
  };
}

function sized(count: number, payload: string, texts: Texts): string {
  const text = textFromHex(payload);
  const shown = text !== undefined && text.length >= 2 && text.length <= 12 ? text : spacedHex(payload, 3);
  return `${texts.bytes(count)} ${shown}`.trim();
}
