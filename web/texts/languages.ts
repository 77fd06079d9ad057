import type { LaterTables, Texts } from './topics.ts';

interface LanguageEntry {
  /** BCP 47. */
  locale: string;
  /** Its name in the language itself. */
  label: string;
  /** Rejects if the bridge cannot be reached. */
  load: () => Promise<{ page: Texts; later: LaterTables }>;
}

/** Every language of the page, in the order of the header's switch. Only the chosen one is loaded. */
export const LANGUAGES = {
  pt: { locale: 'pt-BR', label: 'Português', load: () => import('./pt/page.ts') },
  en: { locale: 'en', label: 'English', load: () => import('./en/page.ts') },
} satisfies Record<string, LanguageEntry>;

export type LanguageName = keyof typeof LANGUAGES;
export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as LanguageName[];

export function isLanguage(name: string): name is LanguageName {
  return Object.hasOwn(LANGUAGES, name);
}

/** The first language that the browser asks for and the page speaks; otherwise English. */
export function preferredLanguage(asked: readonly string[]): LanguageName {
  return asked.map((locale) => locale.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}
