import { createContext } from 'svelte';
import { withUnit } from './amounts.ts';
import { LANGUAGES, type LanguageName } from './languages.ts';
import type { LaterTables, LaterTopic, Texts, Topics } from './topics.ts';

/*
 * Every sentence on the page, in every language that the page speaks.
 *
 *     en/TOPIC.ts  pt/TOPIC.ts ──► languages.ts ──► Language ──► words, views
 *              └── topics.ts: one shape for all languages
 *
 * Only the chosen language is loaded, and only the topics that are shown.
 * A table knows nothing of runs and steps: its functions get numbers, names and finished phrases.
 */

/** The language of the page: its texts, and how it writes numbers and times. */
export class Language {
  #name = $state<LanguageName>('en');
  #texts = $state.raw<Texts>();
  #later = $state.raw<LaterTables>();
  readonly locale = $derived(LANGUAGES[this.#name].locale);
  readonly #fraction = $derived(this.#format({ maximumSignificantDigits: 3 }));
  readonly #seconds = $derived(this.#format({ maximumSignificantDigits: 4 }));
  readonly #tenths = $derived(this.#format({ minimumFractionDigits: 1, maximumFractionDigits: 1 }));
  readonly #whole = $derived(this.#format({ maximumFractionDigits: 0 }));

  /** Rejects if its texts cannot be loaded. */
  static async load(name: LanguageName): Promise<Language> {
    const language = new Language();
    await language.choose(name);
    return language;
  }

  private constructor() {}

  /** Without a sign between thousands: there, a comma or a dot marks a fraction in another language. */
  #format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    return new Intl.NumberFormat(this.locale, { useGrouping: false, ...options });
  }

  get name(): LanguageName {
    return this.#name;
  }

  /** The texts that the page begins with. */
  get texts(): Texts {
    return this.#texts!;
  }

  /** The texts of one topic, loaded when they are first needed. Rejects if they cannot be loaded. */
  async topic<Topic extends LaterTopic>(topic: Topic): Promise<Topics[Topic]> {
    return (await this.#later![topic]())[topic];
  }

  /** If the texts cannot be loaded, rejects and keeps the language that it has. */
  async choose(name: LanguageName): Promise<void> {
    const { page, later } = await LANGUAGES[name].load();
    this.#texts = page;
    this.#later = later;
    this.#name = name;
  }

  /** Fractions have at most three significant digits. */
  number(value: number): string {
    return Math.abs(value) >= 1000 ? this.#whole.format(value) : this.#fraction.format(value);
  }

  /** A length of time: `69 µs`, `1.2 ms`, `20 s`. */
  duration(us: number): string {
    const size = Math.abs(us);
    if (size < 999.5) return withUnit(this.number(us), 'µs');
    if (size < 999_500) return withUnit(this.number(us / 1000), 'ms');
    return withUnit(this.number(us / 1_000_000), 's');
  }

  /** How long a silence lasted: `320 ms`, `1.0 s`, `64 s`. */
  pause(us: number): string {
    if (us < 950_000) return withUnit(this.#whole.format(us / 1000), 'ms');
    const seconds = us / 1_000_000;
    return withUnit((seconds < 9.95 ? this.#tenths : this.#whole).format(seconds), 's');
  }

  /** A moment of a run: `+69 µs`; with a minus sign if it is before the run; `≈69 µs` if nobody measured it. */
  moment(us: number, isEstimated = false): string {
    const sign = us < 0 ? '−' : '+';
    const size = Math.abs(us);
    // Late in a run a millisecond still counts.
    const text = size < 1_000_500 ? this.duration(size) : withUnit(this.#seconds.format(size / 1_000_000), 's');
    if (isEstimated) return `≈${us < 0 ? sign : ''}${text}`;
    return us === 0 ? '0\u00a0µs' : `${sign}${text}`;
  }
}

export const [getLanguage, setLanguage] = createContext<Language>();
