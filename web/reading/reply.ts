import type { Step } from '../../bridge/trace/step.ts';
import { textFromHex } from './bytes.ts';

/** What the client's program has read in these steps, as text. Undefined if it has read nothing, or no text. */
export function replyIn(steps: readonly Step[]): string | undefined {
  const read = steps
    .filter((step) => step.kind === 'call')
    .filter(({ side, name, bytes = 0 }) => side === 'client' && name === 'recv' && bytes > 0);
  return read.length === 0 ? undefined : textFromHex(read.map(({ payload = '' }) => payload).join(''));
}
