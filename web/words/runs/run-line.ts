import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import { shortCommand } from '../../reading/short-text.ts';
import type { Run } from '../../runs/run.svelte.ts';
import type { Language } from '../../texts/language.svelte.ts';
import { linkInWords } from '../link-words.ts';
import { wireName } from '../wire-name.ts';
import { howItEnded } from './run-end.ts';

/** What a line of the list of runs needs besides the run. */
export interface RunLineOptions {
  language: Language;
  /** The name of a scenario; undefined while the names are loading, or if no scenario has this key. */
  nameOf?: ((scenario: string) => string | undefined) | undefined;
  /** Whether the viewer has seen the end of the run. Until then, the line does not say how it went. */
  isRevealed?: boolean;
}

/** A run as the list of runs shows it. */
export function runLine(run: Run, { language, nameOf, isRevealed = true }: RunLineOptions) {
  const { scenario } = run.begun;
  return {
    id: run.id,
    order: run.order,
    subject: (scenario !== undefined && nameOf?.(scenario)) || subjectOf(run),
    wire: wireOf(run, language),
    isOpened: run.isOpened,
    isOver: run.end !== undefined,
    isRevealed,
    ...(isRevealed && {
      outcome: howItEnded(run),
      ...(run.done?.reply && { reply: run.done.reply.text }),
      ...(run.done && { durationUs: run.done.durationUs }),
    }),
  };
}

/** The run's wire, and what it was set to: `lab · delay 20 ms`. */
function wireOf({ begun, link }: Run, language: Language): string {
  const name = begun.wire === undefined ? '' : wireName(begun.wire, language.texts, 'shortNames');
  return [name, link ? linkInWords(link, language) : ''].filter(Boolean).join(' · ');
}

/** The most sends that are listed one by one. */
const SUBJECT_SENDS = 3;
const SUBJECT_BYTES = 16;

/** What a run's client sends: a number, or each send of its script. If it sends nothing, what it calls. */
function subjectOf({ number, begun: { script, client, wire, target = '' } }: Run): string {
  if (wire === 'capture') return target;
  if (client !== undefined) return shortCommand(client);
  if (number !== undefined) return number.toString();
  const sends = script.filter((operation) => operation.do === 'send');
  if (sends.length === 0) return `${script.find((each) => each.do !== 'wait')?.do ?? 'close'}()`;
  const shown = sends.slice(0, SUBJECT_SENDS).map(({ hex, times = 1 }) => {
    const text = hex.length > 2 && hex.length <= 2 * SUBJECT_BYTES ? textFromHex(hex) : undefined;
    return `${text ?? spacedHex(hex, SUBJECT_BYTES)}${times > 1 ? ` ×${times}` : ''}`;
  });
  return [...shown, ...(sends.length > SUBJECT_SENDS ? ['…'] : [])].join(' + ');
}
