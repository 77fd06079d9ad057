import type { Topic, Topics } from './topics.ts';

interface LanguageEntry {
  /** BCP 47. */
  locale: string;
  /** Its name in the language itself. */
  label: string;
  /** Each table is loaded only when the page shows it. A table that is missing fails the type check. */
  tables: { [Name in Topic]: () => Promise<Record<Name, Topics[Name]>> };
}

/** Every language of the page, in the order of the header's switch. */
export const LANGUAGES = {
  pt: {
    locale: 'pt-BR',
    label: 'Português',
    tables: {
      page: () => import('./pt/page.ts'),
      steps: () => import('./pt/steps.ts'),
      summary: () => import('./pt/summary.ts'),
      compare: () => import('./pt/compare.ts'),
      held: () => import('./pt/held.ts'),
      script: () => import('./pt/script.ts'),
      scenarios: () => import('./pt/scenarios.ts'),
      serverTrouble: () => import('./pt/server-trouble.ts'),
    },
  },
  en: {
    locale: 'en',
    label: 'English',
    tables: {
      page: () => import('./en/page.ts'),
      steps: () => import('./en/steps.ts'),
      summary: () => import('./en/summary.ts'),
      compare: () => import('./en/compare.ts'),
      held: () => import('./en/held.ts'),
      script: () => import('./en/script.ts'),
      scenarios: () => import('./en/scenarios.ts'),
      serverTrouble: () => import('./en/server-trouble.ts'),
    },
  },
} satisfies Record<string, LanguageEntry>;

export type LanguageName = keyof typeof LANGUAGES;
export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as LanguageName[];

export function isLanguage(name: string | null): name is LanguageName {
  return name !== null && Object.hasOwn(LANGUAGES, name);
}

/** The first language that the browser asks for and the page speaks; otherwise English. */
export function preferredLanguage(asked: readonly string[]): LanguageName {
  return asked.map((locale) => locale.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

/** Rejects if the table cannot be loaded. */
export async function loadTexts<Name extends Topic>(name: LanguageName, topic: Name): Promise<Topics[Name]> {
  const { tables }: LanguageEntry = LANGUAGES[name];
  return (await tables[topic]())[topic];
}
