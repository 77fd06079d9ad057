import type { Segment } from '../../../bridge/trace/step.ts';
import { flagsText } from '../../reading/segment-role.ts';
import type { enHeld } from '../../texts/en/held.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** Which segment it is: `client → server PSH+ACK 2 bytes`. */
export function heldName(segment: Segment, t: typeof enHeld, { texts }: Language): string {
  return `${t.way(segment.from)} ${flagsText(segment)}${segment.length > 0 ? ` ${texts.bytes(segment.length)}` : ''}`;
}
