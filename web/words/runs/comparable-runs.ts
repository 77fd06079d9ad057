import { printable } from '../../../bridge/trace/printable.ts';
import { factsOfConnection } from '../../reading/connection-facts.ts';
import { shortCommand } from '../../reading/short-text.ts';
import type { Run } from '../../runs/run.svelte.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';
import { shortReply } from '../../reading/short-text.ts';
import { reportsServerCalls } from '../source-words.ts';
import { howItEnded } from './run-end.ts';
import { runLine, type RunLineOptions } from './run-line.ts';
import { summarySentences } from './run-summary.ts';

/** Whether a source reported every call of the server program, and not only those in which it was found blocked. */
function seesServerCalls({ done }: Run): boolean {
  return done?.sources.some((source) => source.active && reportsServerCalls(source) && !source.samples) ?? false;
}

/** The runs that can be compared: those that are over and have steps. */
export function comparableRuns(
  runs: readonly Run[],
  language: Language,
  t: Topics['summary'],
  nameOf?: RunLineOptions['nameOf'],
) {
  return runs
    .filter(({ end, steps }) => end && steps.length > 0)
    .map((run) => {
      const { subject, wire, reply, durationUs } = runLine(run, { language, nameOf });
      const how = shortReply(reply ?? language.texts.runs.outcomes[howItEnded(run)]);
      const took = durationUs === undefined ? '' : language.duration(durationUs);
      return {
        id: run.id,
        order: run.order,
        label: [`${shortReply(subject)} → ${how}`, took, wire].filter(Boolean).join(' · '),
        steps: run.steps,
        number: run.number,
        target: printable(run.begun.target ?? ''),
        command: shortCommand(run.begun.command ?? ''),
        wire,
        seesCalls: seesServerCalls(run),
        story: () => summarySentences(run, factsOfConnection(run.steps), language, t).join(' '),
      };
    });
}
