import type { CompareTexts } from './en/compare.ts';
import type { LanguageName } from './language.svelte.ts';

/** What is said of two runs side by side, in one language: it comes when they are compared. */
export async function compareTexts(name: LanguageName): Promise<CompareTexts> {
  return name === 'pt' ? (await import('./pt/compare.ts')).ptCompare : (await import('./en/compare.ts')).enCompare;
}
