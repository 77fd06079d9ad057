import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import type { Run } from '../../runs/run.svelte.ts';
import { howItEnded } from './run-end.ts';

/**
 * A run as the list of runs shows it.
 * @param isRevealed the viewer has seen how it ended
 */
export function runLine(run: Run, isRevealed = true) {
  const known = isRevealed ? run.done : undefined;
  return {
    id: run.id,
    order: run.order,
    subject: subjectOf(run),
    outcome: isRevealed ? howItEnded(run) : ('running' as const),
    isOpened: run.isOpened,
    isOver: run.end !== undefined,
    isRevealed,
    ...(known?.reply && { reply: known.reply.text }),
    ...(known && { durationUs: known.durationUs }),
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
