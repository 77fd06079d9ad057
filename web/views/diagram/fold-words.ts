import type { Call, Segment } from '../../../bridge/trace/step.ts';
import { withUnit } from '../../texts/amounts.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Fold, FoldPart } from './geometry/folds.ts';
import type { Timer } from './geometry/silences.ts';

/** What the picture writes where many steps are drawn as one, and where nothing happens. */
export interface FoldWords {
  /** Like segments that are folded, or as many of them as are told: `24 segments · 34 KiB`. */
  fold(part: FoldPart, count?: number): { main: string[]; details: string[] };
  foldedCalls(part: FoldPart, count?: number): string[];
  /** `› 997 lines` */
  foldedLines(part: FoldPart, count?: number): string[];
  /** All segments of a fold: `36 segments · 34 KiB`; or all lines. */
  sumOfFold(fold: Fold): string;
  /** `34 KiB` */
  size(bytes: number): string;
  /** How long nothing happened: `⋮ 1.0 s`. */
  silence(us: number): string;
  /** A silence that is not over: that it is played faster than it was. */
  silent(): string;
  /** Beside the ring of a timer: how long it ran. */
  timer(timer: Timer): string[];
}

const UNITS = [
  { size: 1024 * 1024, name: 'MiB' },
  { size: 1024, name: 'KiB' },
];

export function foldWords(language: Language): FoldWords {
  const { diagram } = language.texts;
  return {
    fold: (part, count = part.steps.length) => {
      const told = part.steps.slice(0, count) as Segment[];
      const [first, last] = [told[0]!, told.at(-1)!];
      if (part.what === 'acks')
        return {
          main: [diagram.acks(count)],
          details: last.ack === undefined ? [] : [`ack ${first.ack}–${last.ack}`, `ack ${last.ack}`],
        };
      const size = sizeOf(told, language);
      const segments = diagram.segments(count);
      return {
        main: [`${segments} · ${size}`, diagram.inSegments(size, count), segments],
        details: [`seq ${first.seq}–${last.seq + last.length}`],
      };
    },
    foldedCalls: (part, count = part.steps.length) => {
      const told = part.steps.slice(0, count) as Call[];
      const { name } = told[0]!;
      return [`${count} × ${name}() · ${sizeOf(told, language)}`, `${count} × ${name}()`];
    },
    foldedLines: ({ steps }, count = steps.length) => [`› ${diagram.lines(count)}`, `› ${count}`],
    sumOfFold: ({ parts }) => {
      if (parts[0]!.what === 'lines') return diagram.lines(parts[0]!.steps.length);
      const segments = parts.filter(({ what }) => what !== 'calls').flatMap(({ steps }) => steps) as Segment[];
      return `${diagram.segments(segments.length)} · ${sizeOf(segments, language)}`;
    },
    size: (bytes) => inBytes(bytes, language),
    silence: (us) => `⋮ ${language.pause(us)}`,
    silent: () => `⋮ ${diagram.silent}`,
    timer: ({ what, us }) => {
      const length = language.pause(us);
      return [`${diagram.timers[what]} ${length}`, length];
    },
  };
}

/** How many bytes these steps carry: `34 KiB`. */
function sizeOf(steps: readonly (Segment | Call)[], language: Language): string {
  const bytes = steps.reduce((sum, step) => sum + (step.kind === 'segment' ? step.length : (step.bytes ?? 0)), 0);
  return inBytes(bytes, language);
}

function inBytes(bytes: number, language: Language): string {
  const unit = UNITS.find(({ size }) => bytes >= size);
  return unit ? withUnit(language.number(bytes / unit.size), unit.name) : language.texts.bytes(bytes);
}
