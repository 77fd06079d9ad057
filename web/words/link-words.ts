import type { LinkSettings } from '../../bridge/trace/link.ts';
import { changesAnything, DROPS, dropsOf, heldOne, HOLDS, holdsOf, LINK_FIELDS } from '../settings/link-settings.ts';
import type { Language } from '../texts/language.svelte.ts';

/** A setting with its unit: `±10 ms`, `30 %`, `500 bytes`. */
function valueInWords(name: (typeof LINK_FIELDS)[number]['name'], value: number, unit: string, language: Language) {
  if (name === 'seed') return String(value);
  return `${name === 'jitterMs' ? '±' : ''}${language.number(value)}\u00a0${unit}`;
}

/** The wire's settings on one line: `delay 100 ms · loss 30 %`; empty if it changes nothing. */
export function linkInWords(link: LinkSettings, language: Language): string {
  const { link: t } = language.texts;
  if (!changesAnything(link)) return '';
  const isRandom = Boolean(link.jitterMs || link.lossPercent || link.duplicatePercent || link.reorderPercent);
  const settings = LINK_FIELDS.flatMap(({ name, unit }) => {
    const value = link[name];
    if (value === undefined || (name === 'seed' ? !isRandom : value === 0)) return [];
    return [`${t.fields[name]}\u00a0${valueInWords(name, value, unit, language)}`];
  });
  const dropped = dropsOf(link).map((key) => (key === 'data' ? t.data : DROPS[key]));
  const held = holdsOf(link).map((key) => {
    const one = heldOne(key);
    return one ? t.holdOne(one.from, one.nth) : (t.holdNames[key] ?? HOLDS[key]!);
  });
  return [
    ...settings,
    ...(dropped.length > 0 ? [t.drops(dropped.join(', '))] : []),
    ...(held.length > 0 ? [t.holds(held.join(', '))] : []),
    ...(held.length > 0 && link.mayOvertake ? [t.mayOvertake] : []),
  ].join(' · ');
}
