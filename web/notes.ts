import { lookup } from './lookup.ts';
import type { Run } from './runs.svelte.ts';
import type { Texts } from './texts/en.ts';

/** Sentences about a run as a whole, from what the bridge said of it. */

export function endSentence(run: Run, hasReset: boolean, texts: Texts): string {
  const { end } = run;
  const { outcomes, replyThenReset } = texts.summary;
  if (!end) return outcomes.running;
  if (end.kind === 'lost') return outcomes.lost;
  if (end.kind === 'rejected') return `${outcomes.rejected} ${errorSentence(end, texts)}`;
  const { outcome, reply, error } = end.done;
  if (outcome === 'replied') return (hasReset ? replyThenReset : outcomes.replied)(shortened(reply?.text ?? ''));
  return outcome === 'failed' ? outcomes.failed(error ?? '') : outcomes[outcome];
}

export function errorSentence({ code, message }: { code: string; message: string }, texts: Texts): string {
  const { unknown, ...known } = texts.errors;
  return lookup<string>(known, code) ?? unknown(message || code);
}

/** What a run's sources told, and what they could not. */
export function sourceNotes(sources: readonly { name: string; active: boolean }[], texts: Texts): string[] {
  if (sources.length === 0) return [];
  const has = (name: string) => sources.some((source) => source.name === name && source.active);
  return [has('capture') ? texts.captured : texts.notCaptured, ...(has('server-probe') ? [] : [texts.noProbe])];
}

/** A reply can be a thousand digits long. */
function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 30).join('')}…${characters.slice(-6).join('')}` : text;
}
