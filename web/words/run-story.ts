import { factsOfConnection, type ConnectionFacts } from '../reading/connection-facts.ts';
import { conversationOf, type Conversation } from '../reading/conversation.ts';
import { linkInWords } from './link-words.ts';
import { endSentence, reportsServerCalls, runLine, shortened } from './notes.ts';
import type { Run } from '../runs/runs.svelte.ts';
import { shortCommand } from '../reading/short-command.ts';
import type { StoryTexts } from '../texts/en/story.ts';
import type { Language } from '../texts/language.svelte.ts';

/** What a run adds up to, in words: for its summary, for a picture of it, and for two side by side. */

/** A run that is over, in a few sentences: how it went from end to end, what it carried, and what went wrong. */
export function summarySentences(run: Run, facts: ConnectionFacts, language: Language, t: StoryTexts): string[] {
  const conversation = conversationOf(run.steps, facts.hasReset);
  const { opener, ending, answer } = conversation;
  const isRefused = run.outcome === 'refused';
  const { bytes } = language.texts;
  return [
    endSentence(run, facts.hasReset, language.texts),
    opener && run.end && !isRefused ? t.ending[ending](opener) : '',
    ...closingSentences(conversation, language, t),
    facts.up + facts.down > 0 ? t.traffic(bytes(facts.up), bytes(facts.down)) : '',
    answer ? t.answer(language.duration(answer.us), answer.isBound) : '',
    facts.lost + facts.again + facts.copied > 0 ? t.trouble(facts.lost, facts.again, facts.copied) : '',
  ].filter(Boolean);
}

function closingSentences({ closedFirst, waits }: Conversation, language: Language, t: StoryTexts): string[] {
  const lasts = (ms: number | undefined) => (ms === undefined ? '' : language.duration(ms * 1000));
  const others = waits.filter(({ side }) => side !== closedFirst).map(({ side, ms }) => t.waits(side, lasts(ms)));
  if (closedFirst === undefined) return others;
  if (closedFirst === 'both') return [t.bothFirst, ...others];
  const own = waits.find(({ side }) => side === closedFirst);
  return [own ? t.firstAndWaits(closedFirst, lasts(own.ms)) : t.first(closedFirst), ...others];
}

/** Whether each call of the server program was told; otherwise only those in which it was found blocked. */
function seesServerCalls({ done }: Run): boolean {
  return done?.sources.some((source) => source.active && reportsServerCalls(source) && !source.samples) ?? false;
}

/** What can be compared: runs that are over, and of which something was seen. */
export function comparableRuns(runs: readonly Run[], language: Language, t: StoryTexts) {
  return runs
    .filter(({ end, steps }) => end && steps.length > 0)
    .map((run) => {
      const { subject, outcome, reply, durationUs } = runLine(run);
      const took = durationUs === undefined ? '' : ` · ${language.duration(durationUs)}`;
      return {
        id: run.id,
        order: run.order,
        label: `${shortened(subject)} → ${shortened(reply ?? language.texts.runs.outcomes[outcome])}${took}`,
        steps: run.steps,
        place: [shortCommand(run.begun.command ?? ''), run.link ? linkInWords(run.link, language) : '']
          .filter(Boolean)
          .join(' · '),
        seesCalls: seesServerCalls(run),
        story: () => summarySentences(run, factsOfConnection(run.steps), language, t).join(' '),
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
