import type { Segment } from '../../../bridge/trace/step.ts';
import { flagsText } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';

/** Names a segment without its way: `PSH+ACK 2 bytes`. */
export function shortHeldName(segment: Segment, { texts }: Language): string {
  return `${flagsText(segment)}${segment.length > 0 ? ` ${texts.bytes(segment.length)}` : ''}`;
}

/** Names a segment: `client → server PSH+ACK 2 bytes`. */
export function heldName(segment: Segment, t: Topics['held'], language: Language): string {
  return `${t.way(segment.from)} ${shortHeldName(segment, language)}`;
}
