import { factsOfConnection } from '../../reading/connection-facts.ts';
import { shortCommand } from '../../reading/short-text.ts';
import type { Run } from '../../runs/run.svelte.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';
import { linkInWords } from '../link-words.ts';
import { shortReply } from '../../reading/short-text.ts';
import { reportsServerCalls } from '../source-words.ts';
import { runLine } from './run-line.ts';
import { summarySentences } from './run-summary.ts';

/** Whether a source reported every call of the server program, and not only those in which it was found blocked. */
function seesServerCalls({ done }: Run): boolean {
  return done?.sources.some((source) => source.active && reportsServerCalls(source) && !source.samples) ?? false;
}

/** The runs that can be compared: those that are over and have steps. */
export function comparableRuns(runs: readonly Run[], language: Language, t: Topics['summary']) {
  return runs
    .filter(({ end, steps }) => end && steps.length > 0)
    .map((run) => {
      const { subject, outcome, reply, durationUs } = runLine(run);
      const took = durationUs === undefined ? '' : ` · ${language.duration(durationUs)}`;
      return {
        id: run.id,
        order: run.order,
        label: `${shortReply(subject)} → ${shortReply(reply ?? language.texts.runs.outcomes[outcome])}${took}`,
        steps: run.steps,
        place: [shortCommand(run.begun.command ?? ''), run.link ? linkInWords(run.link, language) : '']
          .filter(Boolean)
          .join(' · '),
        seesCalls: seesServerCalls(run),
        story: () => summarySentences(run, factsOfConnection(run.steps), language, t).join(' '),
      };
    });
}
