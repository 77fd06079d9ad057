import { Language } from '../texts/language.svelte.ts';
import { isLanguage, preferredLanguage, type LanguageName } from '../texts/languages.ts';
import { keep, kept } from './kept.ts';

export type Theme = 'light' | 'dark';

/**
 * What the viewer chose once and for all: the language, the theme, whether to see everything at once. It is kept for the
 * next visit if the browser allows it.
 */
export class Preferences {
  readonly language: Language;
  /** Undefined until the viewer chooses: the system's theme applies. */
  #theme = $state<Theme | undefined>();
  #systemIsDark = $state(false);
  /** Everything of a run is shown at once, for those who debug rather than learn. */
  #showsAll = $state(kept('shows-all') === 'yes');
  readonly theme = $derived(this.#theme ?? (this.#systemIsDark ? 'dark' : 'light'));

  /** Resolves when the texts of the language are loaded. */
  static async load(): Promise<Preferences> {
    const chosen = kept('language') ?? '';
    const name = isLanguage(chosen) ? chosen : preferredLanguage(navigator.languages);
    return new Preferences(await Language.load(name));
  }

  private constructor(language: Language) {
    this.language = language;
    const theme = kept('theme');
    this.#theme = theme === 'light' || theme === 'dark' ? theme : undefined;
    const system = matchMedia('(prefers-color-scheme: dark)');
    this.#systemIsDark = system.matches;
    system.addEventListener('change', ({ matches }) => (this.#systemIsDark = matches));
    this.#show();
  }

  /** Rejects if the texts cannot be loaded: the bridge may be gone. */
  async chooseLanguage(name: LanguageName): Promise<void> {
    await this.language.choose(name);
    keep('language', name);
    this.#show();
  }

  switchTheme(): void {
    this.#theme = this.theme === 'dark' ? 'light' : 'dark';
    keep('theme', this.#theme);
    this.#show();
  }

  get showsAll(): boolean {
    return this.#showsAll;
  }

  /** Returns what holds from now on. */
  switchShowingAll(): boolean {
    this.#showsAll = !this.#showsAll;
    keep('shows-all', this.#showsAll ? 'yes' : 'no');
    return this.#showsAll;
  }

  #show(): void {
    const root = document.documentElement;
    root.lang = this.language.locale;
    document.title = this.language.texts.title;
    if (this.#theme) root.dataset['theme'] = this.#theme;
  }
}
