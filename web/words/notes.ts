import type { Step } from '../../bridge/trace/step.ts';
import { spacedHex, textFromHex } from '../reading/bytes.ts';
import { COMMANDS } from './commands.ts';
import { lookup } from '../reading/safe-lookup.ts';
import { roundedFactor, slowness } from '../playback/pace.ts';
import { beatOf } from '../runs/page.svelte.ts';
import type { Run } from '../runs/runs.svelte.ts';
import type { Texts } from '../texts/en/page.ts';
import type { Language } from '../texts/language.svelte.ts';

/** Sentences about a run as a whole, from what the bridge said of it. */

export function endSentence(run: Run, hasReset: boolean, texts: Texts): string {
  const { end } = run;
  const { outcomes, replyThenReset, tenDigits } = texts.summary;
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

/** More sends are not told of one by one. */
const SUBJECT_SENDS = 3;
const SUBJECT_BYTES = 16;

/** What a run's client sends: a number, or send by send what its script has; where it sends nothing, what it calls. */
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

type AnySource = { name: string; active: boolean; why?: string | undefined };

/** Sources that tell what the server program calls: one is enough. */
const TELL_CALLS = ['server-probe', 'server-strace', 'server-syscalls'];

/** Calls that a server makes for a connection, and not before it. */
const OF_A_CONNECTION: ReadonlySet<string> = new Set(['accept', 'recv', 'send', 'shutdown', 'close']);

/** A server that has ended since is watched no more, but what stands in a trace was seen all the same. */
export function withSeen<Some extends AnySource>(sources: readonly Some[], steps: readonly Step[]): readonly Some[] {
  const calls = steps
    .filter((step) => step.kind === 'call')
    .filter(({ side, evidence }) => side === 'server' && evidence === 'observed');
  const isTold = calls.some(({ name, within }) => !within && OF_A_CONNECTION.has(name));
  const hasStrace = sources.some(({ name, why }) => name === 'server-strace' && why === undefined);
  const seen: Record<string, boolean> = {
    'server-output': steps.some(({ kind }) => kind === 'output'),
    'server-syscalls': calls.some(({ within }) => within),
    'server-strace': isTold && hasStrace,
    'server-probe': isTold && !hasStrace,
  };
  return sources.map((source) => (seen[source.name] ? { ...source, active: true } : source));
}

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
