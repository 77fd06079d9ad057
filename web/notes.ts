import type { Step } from '../bridge/trace/step.ts';
import { COMMANDS } from './commands.ts';
import { factsOfConnection, type ConnectionFacts } from './connection-facts.ts';
import { conversationOf, type Conversation } from './conversation.ts';
import { linkInWords } from './link-words.ts';
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

/** A run that is over, in a few sentences: how it went from end to end, what it carried, and what went wrong. */
export function summarySentences(run: Run, facts: ConnectionFacts, language: Language): string[] {
  const { summary, steps } = language.texts;
  const conversation = conversationOf(run.steps, facts.hasReset);
  const { opener, ending, answer } = conversation;
  const isRefused = run.outcome === 'refused';
  const { count } = steps.bytes;
  return [
    endSentence(run, facts.hasReset, language.texts),
    opener && run.end && !isRefused ? summary.ending[ending](opener) : '',
    ...closingSentences(conversation, language),
    facts.up + facts.down > 0 ? summary.traffic(count(facts.up), count(facts.down)) : '',
    answer ? summary.answer(language.duration(answer.us), answer.isBound) : '',
    facts.lost + facts.again + facts.copied > 0 ? summary.trouble(facts.lost, facts.again, facts.copied) : '',
  ].filter(Boolean);
}

function closingSentences({ closedFirst, waits }: Conversation, language: Language): string[] {
  const { summary } = language.texts;
  const lasts = (ms: number | undefined) => (ms === undefined ? '' : language.duration(ms * 1000));
  const others = waits.filter(({ side }) => side !== closedFirst).map(({ side, ms }) => summary.waits(side, lasts(ms)));
  if (closedFirst === undefined) return others;
  if (closedFirst === 'both') return [summary.bothFirst, ...others];
  const own = waits.find(({ side }) => side === closedFirst);
  return [own ? summary.firstAndWaits(closedFirst, lasts(own.ms)) : summary.first(closedFirst), ...others];
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

/** What can be compared: runs that are over, and of which something was seen. */
export function comparableRuns(runs: readonly Run[], language: Language) {
  return runs
    .filter(({ end, steps }) => end && steps.length > 0)
    .map((run) => {
      const { subject, outcome, reply, durationUs } = runLine(run, language.texts);
      const took = durationUs === undefined ? '' : ` · ${language.duration(durationUs)}`;
      return {
        id: run.id,
        order: run.order,
        label: `${shortened(subject)} → ${shortened(reply ?? language.texts.runs.outcomes[outcome])}${took}`,
        steps: run.steps,
        link: run.link ? linkInWords(run.link, language) : '',
        story: () => summarySentences(run, factsOfConnection(run.steps), language).join(' '),
      };
    });
}

/** What stands above a picture in a file: which run it is, when and where it was, how it went, and who saw it. */
export function pictureHeading(
  run: Run,
  sentences: readonly string[],
  places: readonly string[],
  notes: readonly string[],
  language: Language,
) {
  const [end = '', ...others] = sentences;
  const when = new Intl.DateTimeFormat(language.locale, { dateStyle: 'medium', timeStyle: 'medium' });
  return {
    order: run.order,
    title: `Aperto · ${language.texts.outcomeSpoken(run.order, end)}`,
    above: [
      [when.format(new Date(run.startedAt)), ...places].filter(Boolean).join(' · '),
      others.join(' '),
      notes.join(' '),
    ],
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
function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 30).join('')}…${characters.slice(-6).join('')}` : text;
}
