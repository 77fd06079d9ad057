import type { ScriptTexts } from './en/script.ts';
import type { LanguageName } from './language.svelte.ts';

/** What is said of a script of one's own, in one language: it comes when its panel is opened. */
export async function scriptTexts(name: LanguageName): Promise<ScriptTexts> {
  return name === 'pt' ? (await import('./pt/script.ts')).ptScript : (await import('./en/script.ts')).enScript;
}
