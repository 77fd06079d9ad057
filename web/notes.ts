import type { Step } from '../bridge/trace/step.ts';
import { lookup } from './lookup.ts';
import { roundedFactor, slowness } from './pace.ts';
import { beatOf } from './page.svelte.ts';
import type { Run } from './runs.svelte.ts';
import type { Texts } from './texts/en.ts';
import type { Language } from './texts/language.svelte.ts';

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

/** What the list of runs says of one. */
export function runLine(run: Run, texts: Texts) {
  return {
    id: run.id,
    order: run.order,
    subject: run.number?.toString() ?? texts.runs.script,
    outcome: run.outcome ?? ('running' as const),
    ...(run.done?.reply && { reply: run.done.reply.text }),
    ...(run.done && { durationUs: run.done.durationUs }),
  };
}

/** How much slower than life the run is played. */
export function paceSentence(steps: readonly Step[], speed: number, language: Language): string {
  const { player } = language.texts;
  const factor = slowness(steps, (step) => beatOf(step).ms, speed);
  if (factor === undefined) return '';
  if (factor > 1.5) return player.slower(language.number(roundedFactor(factor)));
  return factor < 0.67 ? player.faster(language.number(roundedFactor(1 / factor))) : player.asLife;
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
