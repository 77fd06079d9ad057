import { lookup } from '../../reading/checks.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';

/**
 * The names of the scenarios in the page's language, loaded when they are first needed. Make it in a component.
 * @param isNeeded whether there is anything to name
 */
export function namesWhen(language: Language, isNeeded: () => boolean) {
  let shelf = $state.raw<Topics['scenarios']['shelf']>();
  $effect(() => {
    const { name } = language;
    if (!isNeeded()) return;
    language.topic('scenarios').then(
      (texts) => name === language.name && (shelf = texts.shelf),
      // The bridge is gone, and the page says so.
      () => {},
    );
  });
  return {
    /** Undefined while the names are loading, or if no scenario has this key. */
    nameOf: (key: string): string | undefined => (shelf ? lookup<{ name: string }>(shelf, key)?.name : undefined),
  };
}
