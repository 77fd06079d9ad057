import type { Explainer } from './explanation.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** Loads an explainer when it is first needed, and another when the language changes. Call it in a component. */
export function explainerWhen(
  language: Language,
  isNeeded: () => boolean,
): { readonly current: Explainer | undefined } {
  let current = $state.raw<Explainer>();
  $effect(() => {
    const { name } = language;
    if (!isNeeded()) return;
    import('./explanation.ts')
      .then(({ explainerIn }) => explainerIn(language))
      .then(
        (loaded) => name === language.name && (current = loaded),
        // The bridge is gone, and the page already says so.
        () => {},
      );
  });
  return {
    get current() {
      return current;
    },
  };
}
