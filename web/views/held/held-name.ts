import type { Segment } from '../../../bridge/trace/step.ts';
import { flagsText } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';

/** Names a segment: `client → server PSH+ACK 2 bytes`. */
export function heldName(segment: Segment, t: Topics['held'], { texts }: Language): string {
  return `${t.way(segment.from)} ${flagsText(segment)}${segment.length > 0 ? ` ${texts.bytes(segment.length)}` : ''}`;
}
