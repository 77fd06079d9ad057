import { programBytes, type Step } from '../../bridge/trace/step.ts';
import { textFromHex } from './bytes.ts';

/** What the client's program has read in these steps, as text. Undefined if it has read nothing, or no text. */
export function replyIn(steps: readonly Step[]): string | undefined {
  const read = steps
    .filter((step) => step.kind === 'call')
    .filter((call) => call.side === 'client' && call.name === 'recv' && (programBytes(call).bytes ?? 0) > 0);
  return read.length === 0 ? undefined : textFromHex(read.map((call) => programBytes(call).payload ?? '').join(''));
}
