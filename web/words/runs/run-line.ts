import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import type { Run } from '../../runs/run.svelte.ts';
import { howItEnded } from './run-end.ts';

/** A run as the list of runs shows it. */
export function runLine(run: Run) {
  return {
    id: run.id,
    order: run.order,
    subject: subjectOf(run),
    outcome: howItEnded(run),
    isOpened: run.isOpened,
    isOver: run.end !== undefined,
    ...(run.done?.reply && { reply: run.done.reply.text }),
    ...(run.done && { durationUs: run.done.durationUs }),
  };
}

/** The most sends that are listed one by one. */
const SUBJECT_SENDS = 3;
const SUBJECT_BYTES = 16;

/** What a run's client sends: a number, or each send of its script. If it sends nothing, what it calls. */
function subjectOf({ number, begun: { script } }: Run): string {
  if (number !== undefined) return number.toString();
  const sends = script.filter((operation) => operation.do === 'send');
  if (sends.length === 0) return `${script.find((each) => each.do !== 'wait')?.do ?? 'close'}()`;
  const shown = sends.slice(0, SUBJECT_SENDS).map(({ hex, times = 1 }) => {
    const text = hex.length > 2 && hex.length <= 2 * SUBJECT_BYTES ? textFromHex(hex) : undefined;
    return `${text ?? spacedHex(hex, SUBJECT_BYTES)}${times > 1 ? ` ×${times}` : ''}`;
  });
  return [...shown, ...(sends.length > SUBJECT_SENDS ? ['…'] : [])].join(' + ');
}
