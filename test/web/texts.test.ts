import { describe, expect, it } from 'vitest';
import { en } from '../../web/texts/en.ts';
import { Language, preferredLanguage } from '../../web/texts/language.svelte.ts';
import { pt } from '../../web/texts/pt.ts';

/** Paths to the sentences that are equal in both tables. */
function equals(a: object, b: object, path = ''): string[] {
  return Object.entries(a).flatMap(([name, value]: [string, unknown]) => {
    const other: unknown = (b as Record<string, unknown>)[name];
    const here = path === '' ? name : `${path}.${name}`;
    if (typeof value === 'object' && value !== null) return equals(value, other as object, here);
    return typeof value === 'string' && value === other ? [here] : [];
  });
}

describe('the two languages', () => {
  it('share only the words that they really share', () => {
    expect(equals(en, pt).sort()).toEqual([
      'inspector.bytes',
      'inspector.fields.ack',
      'inspector.fields.flags',
      'inspector.fields.seq',
      'inspector.headerFields.flags',
      'language.en',
      'language.pt',
      'link.bytes',
      'link.fields.mtu',
      'runs.outcomes.reset',
    ]);
  });

  it.each([
    [['pt-BR', 'en'], 'pt'],
    [['pt-PT'], 'pt'],
    [['de', 'en-GB', 'pt'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('%j is answered in %s', (asked, name) => expect(preferredLanguage(asked)).toBe(name));
});

describe('times', () => {
  it('are marked where nobody measured them', async () => {
    const language = await Language.load('en');
    expect([language.moment(69, true), language.moment(-69, true)]).toEqual(['≈69 µs', '≈−69 µs']);
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
  ] as const)('%s: %d µs is %s', async (name, us, text) => expect((await Language.load(name)).moment(us)).toBe(text));
});
