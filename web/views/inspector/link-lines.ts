import type { Step } from '../../../bridge/trace/step.ts';
import type { Related } from '../../related.ts';
import { flagsText } from '../../segment-kind.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** A link of the step under the cursor, in words. */
export interface LinkLine {
  id: string;
  text: string;
  isEffect: boolean;
}

/** What to read first. */
const ORDER = ['caused', 'woke', 'filled', 'carried', 'changed', 'repeated', 'copied', 'acknowledged'] as const;
/** More would bury those that count: a FIN may acknowledge fifty segments. */
const MOST = 8;

/** What the step came of, then what came of it. A segment that woke a call and brought its bytes is told of once. */
export function linkLines(
  links: readonly Related[],
  stepOf: (id: string | undefined) => Step | undefined,
  language: Language,
): LinkLine[] {
  const { links: texts } = language.texts.inspector;
  const isTold = (link: Related) =>
    !(link.kind === 'filled' && links.some(({ id, kind }) => kind === 'woke' && id === link.id));
  return links
    .filter(isTold)
    .sort((a, b) => Number(a.isEffect) - Number(b.isEffect) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .flatMap(({ id, kind, isEffect }) => {
      const other = stepOf(id);
      if (!other || other.kind === 'output') return [];
      const isBoth = kind === 'woke' && links.some((link) => link.kind === 'filled' && link.id === id);
      const name = texts.of(other.side, nameOf(other, language));
      return [{ id, isEffect, text: texts[isBoth ? 'wokeFilled' : kind][isEffect ? 1 : 0]!(name) }];
    })
    .slice(0, MOST);
}

function nameOf(step: Exclude<Step, { kind: 'output' }>, { texts }: Language): string {
  if (step.kind === 'call') return `${step.name}()`;
  if (step.kind === 'state') return step.to;
  const { flags, length, ack } = step;
  if (length > 0 && !flags.includes('FIN')) return texts.steps.bytes.count(length);
  const name = flagsText(step);
  return name === 'ACK' ? `ACK ${ack}` : name;
}
