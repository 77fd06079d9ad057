import type { enServerTrouble } from './en/server-trouble.ts';
import type { LanguageName } from './language.svelte.ts';

/** What is said of a server program that has ended, in one language: it comes when one has. */
export async function serverTroubleTexts(name: LanguageName): Promise<typeof enServerTrouble> {
  return name === 'pt'
    ? (await import('./pt/server-trouble.ts')).ptServerTrouble
    : (await import('./en/server-trouble.ts')).enServerTrouble;
}
