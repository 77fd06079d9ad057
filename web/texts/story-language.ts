import type { StoryTexts } from './en/story.ts';
import type { LanguageName } from './language.svelte.ts';

/** What is said of a run as a whole, in one language: it comes with the first run. */
export async function storyTexts(name: LanguageName): Promise<StoryTexts> {
  return name === 'pt' ? (await import('./pt/story.ts')).ptStory : (await import('./en/story.ts')).enStory;
}
