import type { Step } from '../bridge/trace/step.ts';
import { COMMANDS } from './commands.ts';
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
    isOpened: run.isOpened,
    isOver: run.end !== undefined,
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
  const { unknown, address, ...known } = texts.errors;
  if (code === 'ADDRESS') return address(message);
  return lookup<string>(known, code) ?? lookup<string>(texts.files.problems, code) ?? unknown(message || code);
}

type AnySource = { name: string; active: boolean; why?: string | undefined };

/** Sources that tell what the server program calls: one is enough. */
const TELL_CALLS = ['server-probe', 'server-strace', 'server-syscalls'];

/** What a run's sources told, and what they could not. */
export function sourceNotes(sources: readonly AnySource[], texts: Texts): string[] {
  if (sources.length === 0) return [];
  const has = (...names: string[]) => sources.some(({ name, active }) => active && names.includes(name));
  const { captured, notCaptured, noProbe } = texts.sources;
  return [has('capture') ? captured : notCaptured, ...(has(...TELL_CALLS) ? [] : [noProbe])];
}

/** One source: what it tells, whether it did, and otherwise why not, with the command that would change it. */
export interface SourceLine {
  name: string;
  what: string;
  active: boolean;
  why?: string;
  command?: string;
}

export function sourceLines(sources: readonly AnySource[], texts: Texts): SourceLine[] {
  const { names, why: reasons, unknownWhy } = texts.sources;
  const hasCalls = sources.some(({ name, active }) => active && TELL_CALLS.includes(name));
  return sources.map(({ name, active, why }) => {
    // What another source tells already, nobody needs to install anything for.
    const isNeeded = !active && !(hasCalls && TELL_CALLS.includes(name));
    const command = isNeeded ? lookup(COMMANDS, why) : undefined;
    return {
      name,
      what: lookup(names, name) ?? name,
      active,
      ...(!active && why !== undefined && { why: lookup(reasons, why) ?? unknownWhy(why) }),
      ...(command !== undefined && { command }),
    };
  });
}

/** A reply can be a thousand digits long. */
export function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 30).join('')}…${characters.slice(-6).join('')}` : text;
}
