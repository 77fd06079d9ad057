import type { DoneMessage } from '../../../bridge/protocol/messages.ts';
import { shortReply } from '../../reading/short-text.ts';
import { replyIn } from '../../reading/reply.ts';
import type { Run } from '../../runs/run.svelte.ts';
import type { Texts } from '../../texts/topics.ts';
import { errorSentence } from '../error-words.ts';

/** How a run ended, in a sentence. */
export function endSentence(run: Run, hasReset: boolean, texts: Texts): string {
  const { end } = run;
  const { outcomes } = texts.end;
  if (!end) return outcomes.running;
  if (end.kind === 'lost') return outcomes.lost;
  if (end.kind === 'rejected') return `${outcomes.rejected} ${errorSentence(end, texts)}`;
  // The list of connections says how it ended: a reply is a program's, and nobody saw one.
  if (run.begun.wire === 'capture' && NOT_SEEN.has(run.outcome)) return '';
  return outcomeSentence(run, run.done ?? end.done, hasReset, texts.end);
}

function outcomeSentence(run: Run, { reply, error = '' }: DoneMessage, hasReset: boolean, texts: Texts['end']): string {
  const { outcomes, failures, replyThenReset, tenDigits, gaveUp } = texts;
  const outcome = howItEnded(run);
  if (outcome === 'silent' && run.number?.toString().length === 10) return `${outcomes.silent} ${tenDigits}`;
  if (outcome === 'replied')
    return (hasReset ? replyThenReset : outcomes.replied)(shortReply(reply?.text ?? replyIn(run.steps) ?? ''));
  // The bridge has a limit of its own for a run, and a code of its own for it.
  if (outcome === 'timeout' && error === 'ETIMEDOUT') return gaveUp;
  if (outcome !== 'failed') return outcomes[outcome];
  return isFailure(error, failures) ? failures[error] : outcomes.failed(error);
}

const NOT_SEEN: ReadonlySet<string | undefined> = new Set(['replied', 'timeout']);

/** `unread`: the client got no byte, but not because the server closed without one. */
export function howItEnded({ outcome, steps }: Run): keyof Texts['runs']['outcomes'] {
  if (outcome !== 'silent') return outcome ?? 'running';
  const sent = steps.filter((step) => step.kind === 'segment').filter(({ from }) => from === 'server');
  const isSilence = sent.some(({ flags }) => flags.includes('FIN')) && sent.every(({ length }) => length === 0);
  return isSilence ? 'silent' : 'unread';
}

function isFailure(error: string, failures: Texts['end']['failures']): error is keyof typeof failures {
  return Object.hasOwn(failures, error);
}
