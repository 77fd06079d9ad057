import type { Call, Segment, Step } from '../../bridge/trace/step.ts';
import { spacedHex, textFromHex } from '../reading/bytes.ts';
import { flagsText, toneOf } from '../reading/segment-role.ts';
import type { CompareTexts } from '../texts/en/compare.ts';
import type { Texts } from '../texts/en/page.ts';

/** A step in as few signs as a table has room for. */
export interface StepBrief {
  what: string;
  /** What came of it, or what it carried. */
  detail: string;
  /** The class that gives it its colour. */
  hue: string;
}

/** What is said of a segment that is not just another one. */
type Marks = Pick<CompareTexts, 'lost' | 'again' | 'copy'>;

export function briefOf(step: Step, texts: Texts, marks: Marks): StepBrief {
  switch (step.kind) {
    case 'call':
      return { what: `${step.name}()`, detail: resultOf(step, texts), hue: step.side };
    case 'segment':
      return { ...segmentBrief(step, texts, marks), hue: `tone-${toneOf(step)}` };
    case 'state':
      return { what: step.to, detail: '', hue: `state-${step.to}` };
    case 'output':
      return { what: '›', detail: step.line, hue: step.side };
  }
}

function resultOf({ name, bytes, payload = '', result, returnedAt }: Call, texts: Texts): string {
  const carried = bytes !== undefined && (name === 'send' || name === 'recv') ? sized(bytes, payload, texts) : '';
  if (name === 'send') return carried;
  if (returnedAt === undefined) return '→ …';
  return result !== undefined && result !== 'ok' ? `→ ${result}` : carried && `→ ${carried}`;
}

function segmentBrief(segment: Segment, texts: Texts, { lost, again, copy }: Marks) {
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
