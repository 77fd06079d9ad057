import { indexOf } from '../../reading/index-of-steps.ts';
import type { Side, Step } from '../../../bridge/trace/step.ts';
import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import { hasGivenUp } from '../../reading/connection-facts.ts';
import type { LinkKind, Related } from '../../reading/links.ts';
import { flagsText, segmentRole } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** A link of the step under the cursor, in words. */
export interface LinkLine {
  id: string;
  text: string;
  isEffect: boolean;
  side: Side;
}

/** The most important links first. */
const ORDER = ['caused', 'woke', 'filled', 'carried', 'changed', 'repeated', 'copied', 'acknowledged'] as const;
/** One acknowledgment may cover fifty segments. More links would bury those that matter. */
const MOST = 8;
const SHOWN_BYTES = 4;

/** The causes of the step, then its effects. A segment that woke a call and brought its bytes gives one line. */
export function linkLines(
  step: Step,
  links: readonly Related[],
  steps: readonly Step[],
  language: Language,
): LinkLine[] {
  const { links: texts } = language.texts.inspector;
  const filled = new Map(links.filter(({ kind }) => kind === 'filled').map((link) => [link.id, link]));
  const woke = new Set(links.filter(({ kind }) => kind === 'woke').map(({ id }) => id));
  return links
    .filter(({ id, kind }) => kind !== 'filled' || !woke.has(id))
    .sort((a, b) => Number(a.isEffect) - Number(b.isEffect) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .flatMap(({ id, kind, isEffect, bytes }) => {
      const other = indexOf(steps).byId.get(id);
      if (!other) return [];
      const both = kind === 'woke' ? filled.get(id) : undefined;
      const words = texts[both ? 'wokeFilled' : wordsFor(kind, isEffect ? other : step, steps)][isEffect ? 1 : 0](
        nameOf(other, steps, language),
      );
      const text = words + partOf(step, other, bytes ?? both?.bytes, language);
      return [{ id, text, isEffect, side: other.side }];
    })
    .slice(0, MOST);
}

/** A kernel that gives up does so not because of what it sent, but because nothing came back in time. */
function wordsFor(kind: LinkKind, effect: Step, steps: readonly Step[]): LinkKind | 'gaveUp' {
  return kind === 'changed' && effect.kind === 'state' && hasGivenUp(effect, steps) ? 'gaveUp' : kind;
}

/** How many bytes the link is about, unless they are all that the segment carried. */
function partOf(step: Step, other: Step, bytes: number | undefined, { texts }: Language): string {
  const segment = step.kind === 'segment' ? step : other;
  const isAll = bytes === undefined || segment.kind !== 'segment' || bytes >= segment.length;
  return isAll ? '' : ` (${texts.bytes(bytes)})`;
}

function nameOf(step: Step, steps: readonly Step[], { texts }: Language): string {
  const { links } = texts.inspector;
  if (step.kind === 'call') return `${step.name}()`;
  if (step.kind === 'state') return links.state(step.to, step.side);
  if (step.kind !== 'segment') return step.line;
  const { length, payload, ack } = step;
  const kind = segmentRole(step, steps);
  if (kind === 'handshakeAck') return links.third;
  if (kind === 'ack') return links.segment(`ACK ${ack}`);
  if (kind !== 'data') return links.segment(flagsText(step));
  const text = textFromHex(payload);
  const shown = text !== undefined && text.length >= 2 && text.length <= 12 ? text : spacedHex(payload, SHOWN_BYTES);
  return links.data(`${texts.bytes(length)} ${shown}`);
}
