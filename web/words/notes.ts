import { REMEDIES } from '../../bridge/protocol/remedies.ts';
import type { Step } from '../../bridge/trace/step.ts';
import type { SourceStatus } from '../../bridge/trace/trace.ts';
import { spacedHex, textFromHex } from '../reading/bytes.ts';
import { lookup } from '../reading/safe-lookup.ts';
import { roundedFactor, slowness } from '../playback/pace.ts';
import { beatOf } from '../playback/beat.ts';
import type { Run } from '../runs/run.svelte.ts';
import type { Language } from '../texts/language.svelte.ts';
import type { Texts } from '../texts/topics.ts';

/** Sentences about a run as a whole, made from what the bridge said of it. */

export function endSentence(run: Run, hasReset: boolean, texts: Texts): string {
  const { end } = run;
  const { outcomes, replyThenReset, tenDigits } = texts.end;
  if (!end) return outcomes.running;
  if (end.kind === 'lost') return outcomes.lost;
  if (end.kind === 'rejected') return `${outcomes.rejected} ${errorSentence(end, texts)}`;
  const { reply, error } = end.done;
  const outcome = howItEnded(run);
  if (outcome === 'silent' && run.number?.toString().length === 10) return `${outcomes.silent} ${tenDigits}`;
  if (outcome === 'replied') return (hasReset ? replyThenReset : outcomes.replied)(shortened(reply?.text ?? ''));
  return outcome === 'failed' ? outcomes.failed(error ?? '') : outcomes[outcome];
}

/** `unread`: the client got no byte, but not because the server closed without one. */
function howItEnded({ outcome, steps }: Run): keyof Texts['runs']['outcomes'] {
  if (outcome !== 'silent') return outcome ?? 'running';
  const sent = steps.filter((step) => step.kind === 'segment').filter(({ from }) => from === 'server');
  const isSilence = sent.some(({ flags }) => flags.includes('FIN')) && sent.every(({ length }) => length === 0);
  return isSilence ? 'silent' : 'unread';
}

/** What the list of runs says of one. */
export function runLine(run: Run) {
  return {
    id: run.id,
    order: run.order,
    subject: subjectOf(run),
    outcome: howItEnded(run),
    isOpened: run.isOpened,
    isOver: run.end !== undefined,
    ...(run.done?.reply && { reply: run.done.reply.text }),
    ...(run.done && { durationUs: run.done.durationUs }),
  };
}

/** The most sends that are listed one by one. */
const SUBJECT_SENDS = 3;
const SUBJECT_BYTES = 16;

/** What a run's client sends: a number, or each send of its script. If it sends nothing, what it calls. */
function subjectOf({ number, begun: { script } }: Run): string {
  if (number !== undefined) return number.toString();
  const sends = script.filter((operation) => operation.do === 'send');
  if (sends.length === 0) return `${script.find((each) => each.do !== 'wait')?.do ?? 'close'}()`;
  const told = sends.slice(0, SUBJECT_SENDS).map(({ hex, times = 1 }) => {
    const text = hex.length > 2 && hex.length <= 2 * SUBJECT_BYTES ? textFromHex(hex) : undefined;
    return `${text ?? spacedHex(hex, SUBJECT_BYTES)}${times > 1 ? ` ×${times}` : ''}`;
  });
  return [...told, ...(sends.length > SUBJECT_SENDS ? ['…'] : [])].join(' + ');
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
  const { captured, notCaptured, noProbe } = texts.sources;
  const packets = active.some(({ tells }) => tells === 'segments') ? captured : notCaptured;
  return [packets, ...(active.some(reportsServerCalls) ? [] : [noProbe])];
}

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
      name,
      what: sourceName(source, texts),
      active,
      ...(!active && why !== undefined && { why: lookup(reasons, why) ?? unknownWhy(why) }),
      ...(command !== undefined && { command }),
    };
  });
}

function sourceName({ name, tells }: SourceStatus, { sources }: Texts): string {
  const what = lookup(sources.tells, tells);
  return lookup<string>(sources.names, name) ?? (what === undefined ? name : sources.otherName(what, name));
}

/** What the page calls a wire. */
export function wireName(wire: string, texts: Texts): string {
  return lookup<string>(texts.wire.names, wire) ?? texts.wire.otherName(wire);
}

/** A reply can be a thousand digits long. */
export function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 30).join('')}…${characters.slice(-6).join('')}` : text;
}
