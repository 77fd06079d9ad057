import { programBytes, type Step } from '../../bridge/trace/step.ts';
import { textFromHex } from './bytes.ts';

/** What the client's program has read in these steps, as text. Undefined if it has read nothing, or no text. */
export function replyIn(steps: readonly Step[]): string | undefined {
  const calls = steps.filter((step) => step.kind === 'call').filter(({ side }) => side === 'client');
  if (calls.length === 0) return replyOnWire(steps);
  const read = calls.filter((call) => call.name === 'recv' && (programBytes(call).bytes ?? 0) > 0);
  return read.length === 0 ? undefined : textFromHex(read.map((call) => programBytes(call).payload ?? '').join(''));
}

/** Nobody saw the client's calls: what the server sent is all that is known. */
function replyOnWire(steps: readonly Step[]): string | undefined {
  const sent = steps
    .filter((step) => step.kind === 'segment')
    .filter(({ from, length, fate }) => from === 'server' && length > 0 && fate !== 'dropped')
    .filter(({ retransmissionOf, duplicateOf }) => retransmissionOf === undefined && duplicateOf === undefined);
  return sent.length === 0 ? undefined : textFromHex(sent.map(({ payload }) => payload).join(''));
}
