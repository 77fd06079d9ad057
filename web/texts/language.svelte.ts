import { createContext } from 'svelte';
import type { Texts } from './en/page.ts';

export type LanguageName = 'en' | 'pt';
/** Each comes by itself, so that nobody loads a language that is not read. */
const LOADERS: Record<LanguageName, () => Promise<Texts>> = {
  en: async () => (await import('./en/page.ts')).en,
  pt: async () => (await import('./pt/page.ts')).pt,
};
const tables: Partial<Record<LanguageName, Texts>> = {};
const LOCALES: Record<LanguageName, string> = { en: 'en', pt: 'pt-BR' };

/** The language of the page: its table of texts, and how it writes numbers and times. */
export class Language {
  #name = $state<LanguageName>('en');
  readonly texts = $derived(tables[this.#name]!);
  readonly locale = $derived(LOCALES[this.#name]);
  readonly #fraction = $derived(this.#format({ maximumSignificantDigits: 3 }));
  readonly #seconds = $derived(this.#format({ maximumSignificantDigits: 4 }));
  readonly #whole = $derived(this.#format({ maximumFractionDigits: 0 }));

  /** Rejects where its texts cannot be had. */
  static async load(name: LanguageName): Promise<Language> {
    const language = new Language();
    await language.choose(name);
    return language;
  }

  private constructor() {}

  /** Nothing stands between thousands: a comma or a dot there is the sign of a fraction in the other language. */
  #format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    return new Intl.NumberFormat(this.locale, { useGrouping: false, ...options });
  }

  get name(): LanguageName {
    return this.#name;
  }

  /** Rejects, and all stays as it is, where its texts cannot be had. */
  async choose(name: LanguageName): Promise<void> {
    tables[name] ??= await LOADERS[name]();
    this.#name = name;
  }

  /** At most three significant digits where there is a fraction. */
  number(value: number): string {
    return Math.abs(value) >= 1000 ? this.#whole.format(value) : this.#fraction.format(value);
  }

  /** A length of time: `69 µs`, `1.2 ms`, `20 s`. A line never ends before its unit. */
  duration(us: number): string {
    const size = Math.abs(us);
    if (size < 999.5) return `${this.number(us)}\u00a0µs`;
    if (size < 999_500) return `${this.number(us / 1000)}\u00a0ms`;
    return `${this.number(us / 1_000_000)}\u00a0s`;
  }

  /** A moment of a run: `+69 µs`; before it began, with a minus sign; `≈69 µs` where nobody measured it. */
  moment(us: number, isGuess = false): string {
    const sign = us < 0 ? '−' : '+';
    const size = Math.abs(us);
    // A millisecond counts, also late in a run.
    const text = size < 1_000_500 ? this.duration(size) : `${this.#seconds.format(size / 1_000_000)}\u00a0s`;
    if (isGuess) return `≈${us < 0 ? sign : ''}${text}`;
    return us === 0 ? '0\u00a0µs' : `${sign}${text}`;
  }
}

/** The language that the browser asks for, among those that the page speaks. */
export function preferredLanguage(languages: readonly string[]): LanguageName {
  for (const language of languages) {
    const name = language.slice(0, 2).toLowerCase();
    if (name === 'pt' || name === 'en') return name;
  }
  return 'en';
}

export const [getLanguage, setLanguage] = createContext<Language>();
