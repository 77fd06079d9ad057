import type { Teller } from './explanation.ts';
import type { Language } from '../texts/language.svelte.ts';

/** What puts steps into words: it comes with the first of them, and again with another language. To be made in a component. */
export function tellerWhen(language: Language, isNeeded: () => boolean): { readonly current: Teller | undefined } {
  let current = $state.raw<Teller>();
  $effect(() => {
    const { name } = language;
    if (!isNeeded()) return;
    import('./explanation.ts')
      .then(({ tellerIn }) => tellerIn(language))
      .then(
        (made) => name === language.name && (current = made),
        // The bridge is gone, and the page says so.
        () => {},
      );
  });
  return {
    get current() {
      return current;
    },
  };
}
