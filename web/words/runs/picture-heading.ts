import type { Run } from '../../runs/run.svelte.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** The heading of a picture in a file: which run it is, when and where it was, how it went, and who saw it. */
export function pictureHeading(
  run: Run,
  sentences: readonly string[],
  places: readonly string[],
  notes: readonly string[],
  language: Language,
) {
  const [end = '', ...others] = sentences;
  const when = new Intl.DateTimeFormat(language.locale, { dateStyle: 'medium', timeStyle: 'medium' });
  return {
    order: run.order,
    title: `Aperto · ${language.texts.outcomeSpoken(run.order, end)}`,
    above: [
      [when.format(new Date(run.startedAt)), ...places].filter(Boolean).join(' · '),
      others.join(' '),
      notes.join(' '),
    ],
  };
}
