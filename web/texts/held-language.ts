import type { enHeld } from './en/held.ts';
import type { LanguageName } from './language.svelte.ts';

/** What is said of held segments, in one language: it comes when there are any. */
export async function heldTexts(name: LanguageName): Promise<typeof enHeld> {
  return name === 'pt' ? (await import('./pt/held.ts')).ptHeld : (await import('./en/held.ts')).enHeld;
}
