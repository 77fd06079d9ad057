import type { Step } from '../../bridge/trace/step.ts';
import type { SourceStatus } from '../../bridge/trace/trace.ts';
import type { Texts } from '../texts/topics.ts';

/** What a run's sources reported, taken together. */

/** What the server program calls. */
export function reportsServerCalls({ tells, side }: SourceStatus): boolean {
  return tells === 'calls' && side === 'server';
}

/** Calls that a server makes for a connection, and not before it. */
const OF_A_CONNECTION: ReadonlySet<string> = new Set(['accept', 'recv', 'send', 'shutdown', 'close']);

/** A source whose server program has ended is not active any more, but it saw what the trace holds. */
export function withSeen(sources: readonly SourceStatus[], steps: readonly Step[]): readonly SourceStatus[] {
  const calls = steps
    .filter((step) => step.kind === 'call')
    .filter(({ side, evidence }) => side === 'server' && evidence === 'observed');
  const hasEveryCall = calls.some(({ name, within }) => !within && OF_A_CONNECTION.has(name));
  const hasSomeCalls = calls.some(({ within }) => within);
  const hasOutput = steps.some(({ kind }) => kind === 'output');
  const caller = hasEveryCall ? sourceOfEveryCall(sources) : undefined;
  const hasSeen = (source: SourceStatus): boolean =>
    source === caller ||
    (hasSomeCalls && reportsServerCalls(source) && source.samples === true) ||
    (hasOutput && source.tells === 'output');
  return sources.map((source) => (hasSeen(source) ? { ...source, active: true } : source));
}

/** Only one source reports every call of a server program: the last that had no reason not to, otherwise the first. */
function sourceOfEveryCall(sources: readonly SourceStatus[]): SourceStatus | undefined {
  const able = sources.filter((source) => reportsServerCalls(source) && !source.samples);
  return able.findLast(({ why }) => why === undefined) ?? able[0];
}

/** What a run's sources reported, and what they could not. */
export function sourceNotes(sources: readonly SourceStatus[], texts: Texts): string[] {
  if (sources.length === 0) return [];
  const active = sources.filter((source) => source.active);
  const { captured, notCaptured, nothingOfSegments, noProbe } = texts.sources;
  const areInferred = sources.some(({ tells, side }) => tells === 'calls' && side === 'client');
  const notSeen = areInferred ? notCaptured : nothingOfSegments;
  const packets = active.some(({ tells }) => tells === 'segments') ? captured : notSeen;
  return [packets, ...(active.some(reportsServerCalls) ? [] : [noProbe])];
}
