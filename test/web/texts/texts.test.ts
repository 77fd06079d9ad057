import { describe, expect, it } from 'vitest';
import { Language } from '../../../web/texts/language.svelte.ts';
import { LANGUAGE_NAMES, LANGUAGES, preferredLanguage } from '../../../web/texts/languages.ts';
import { plain } from '../fixtures/plain.ts';

const { page: english } = await LANGUAGES.en.load();
const OTHERS = LANGUAGE_NAMES.filter((name) => name !== 'en');
/** Words that Portuguese really shares with English. */
const SHARED = [
  'inspector.bytes',
  'inspector.fields.ack',
  'inspector.fields.flags',
  'inspector.fields.seq',
  'inspector.fields.thread',
  'inspector.headerFields.flags',
  'link.bytes',
  'link.fields.mtu',
  'runs.outcomes.reset',
];

/** Paths to the sentences that are equal in both tables. */
function equals(a: object, b: object, path = ''): string[] {
  return Object.entries(a).flatMap(([name, value]: [string, unknown]) => {
    const other: unknown = (b as Record<string, unknown>)[name];
    const here = path === '' ? name : `${path}.${name}`;
    if (typeof value === 'object' && value !== null) return equals(value, other as object, here);
    return typeof value === 'string' && value === other ? [here] : [];
  });
}

describe('the languages', () => {
  it('share only the words that they really share', async () => {
    const { page } = await LANGUAGES.pt.load();
    expect(equals(english, page).sort()).toEqual(SHARED);
  });

  it.each(OTHERS)('%s is translated', async (name) => {
    const { page } = await LANGUAGES[name].load();
    expect(equals(english, page).length).toBeLessThan(30);
  });

  it.each([
    [['pt-BR', 'en'], 'pt'],
    [['pt-PT'], 'pt'],
    [['de', 'en-GB', 'pt'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('for %j, the page speaks %s', (asked, name) => expect(preferredLanguage(asked)).toBe(name));
});

/** All sentences of a table. A sentence with gaps is filled with numbers and names. */
function sentences(texts: unknown): string[] {
  if (typeof texts === 'string') return [texts];
  if (typeof texts === 'function') return sentences((texts as (...values: unknown[]) => unknown)(2, '3', 'client', 4));
  return typeof texts === 'object' && texts !== null ? Object.values(texts).flatMap(sentences) : [];
}

const TABLES = await Promise.all(
  LANGUAGE_NAMES.map(async (name) => {
    const { page, later } = await LANGUAGES[name].load();
    return [page, ...(await Promise.all(Object.values(later).map((load: () => Promise<object>) => load())))];
  }),
);

describe('a number and its unit', () => {
  const PARTED =
    /\d (%|×|[µm]?s|[kM]i?B|bytes?|bits?|dígitos?|digits?|(mili)?segundos?|(milli)?seconds?|times|vezes)(?!\p{L})/u;

  it('are never on two lines', () => {
    const all = sentences(TABLES);
    expect(all.length).toBeGreaterThan(900);
    expect(all.filter((text) => PARTED.test(text))).toEqual([]);
    expect(PARTED.test(plain(english.bytes(2)))).toBe(true);
  });

  it('are one and many', () =>
    expect([0, 1, 2].map(english.bytes).map(plain)).toEqual(['0 bytes', '1 byte', '2 bytes']));
});

describe('times', () => {
  it('are marked if nobody measured them', async () => {
    const language = await Language.load('en');
    expect([language.moment(69, true), language.moment(-69, true)].map(plain)).toEqual(['≈69 µs', '≈−69 µs']);
  });

  it.each([
    ['en', 0, '0 µs'],
    ['en', 69.4, '+69.4 µs'],
    ['en', 999.7, '+1 ms'],
    ['en', 1234, '+1.23 ms'],
    ['pt', 1234, '+1,23 ms'],
    ['en', 999_700, '+1 s'],
    ['en', 20_000_000, '+20 s'],
    ['en', 1_332_700, '+1.333 s'],
    ['pt', 12_345_678, '+12,35 s'],
    ['en', -499_000, '−499 ms'],
  ] as const)('%s: %d µs is %s', async (name, us, text) =>
    expect(plain((await Language.load(name)).moment(us))).toBe(text),
  );
});
