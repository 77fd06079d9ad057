import { REMEDIES } from '../../bridge/protocol/remedies.ts';
import { printable } from '../../bridge/trace/printable.ts';
import type { SourceStatus } from '../../bridge/trace/trace.ts';
import { lookup } from '../reading/checks.ts';
import type { Texts } from '../texts/topics.ts';
import { reportsServerCalls } from './source-words.ts';

/** One source: what it reports and whether it did; if not, why, and the command that would change it. */
export interface SourceLine {
  name: string;
  what: string;
  active: boolean;
  why?: string;
  command?: string;
}

export function sourceLines(sources: readonly SourceStatus[], texts: Texts): SourceLine[] {
  const { why: reasons, unknownWhy } = texts.sources;
  const hasCalls = sources.some((source) => source.active && reportsServerCalls(source));
  return sources.map((source) => {
    const { name, active, why } = source;
    // Nobody needs to install a source for what another one reports.
    const isNeeded = !active && !(hasCalls && reportsServerCalls(source));
    const command = isNeeded ? lookup(REMEDIES, why) : undefined;
    return {
      name: printable(name),
      what: sourceName(source, texts),
      active,
      ...(!active && why !== undefined && { why: lookup(reasons, why) ?? unknownWhy(printable(why)) }),
      ...(command !== undefined && { command }),
    };
  });
}

/** A source that the page does not know is named by what it reports. */
function sourceName({ name, tells }: SourceStatus, { sources }: Texts): string {
  const what = lookup(sources.tells, tells);
  const own = printable(name);
  return lookup<string>(sources.names, name) ?? (what === undefined ? own : sources.otherName(what, own));
}
