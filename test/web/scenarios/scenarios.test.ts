import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerOf, SCENARIO_KEYS, SHELF, shows, THEMES } from '../../../web/scenarios/shelf.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { LANGUAGE_NAMES } from '../../../web/texts/languages.ts';
import { plain } from '../fixtures/plain.ts';

const TABLES = await Promise.all(
  LANGUAGE_NAMES.map(async (name) => ({ name, texts: await (await Language.load(name)).topic('scenarios') })),
);
/** The lesson plans, by the language that they are written in. */
const LESSONS: Partial<Record<string, string>> = { en: 'docs/teachers.md', pt: 'docs/professores.md' };
/** Names that are the same in both languages. */
const SHARED = ['Zero'];

describe('the shelf', () => {
  it('has every scenario in exactly one theme', () => {
    const keys = Object.values(THEMES).flatMap((theme) => Object.keys(theme));
    expect(keys).toEqual(SCENARIO_KEYS);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(SCENARIO_KEYS)(
    '%s shows nothing, and answers what it asks with no nonsense, where nothing happened',
    (key) => {
      const nothing = { steps: [], outcome: 'failed' } as const;
      expect(shows(key, nothing)).toBe(false);
      const answer = answerOf(key, nothing);
      if (answer !== undefined) expect(SHELF[key].question.choices).toContain(answer);
    },
  );

  it.each(SCENARIO_KEYS)('%s says in which section of which standard it stands', (key) => {
    expect(SHELF[key].rfc).toMatch(/^RFC \d+ §[\d.]+(, §[\d.]+)*(; RFC \d+ §[\d.]+(, §[\d.]+)*)*$/);
  });
});

describe.each(TABLES)('in $name', ({ name, texts }) => {
  it.each(SCENARIO_KEYS)('%s has words for each choice, and no others', (key) => {
    const { choices, ...sentences } = texts.shelf[key];
    expect(Object.keys(choices).sort()).toEqual([...SHELF[key].question.choices].sort());
    for (const sentence of Object.values(sentences)) expect(sentence.trim()).not.toBe('');
  });

  it.runIf(name in LESSONS).each(SCENARIO_KEYS)('the lesson plan says of %s what the page says', (key) => {
    const lesson = readFileSync(LESSONS[name]!, 'utf8');
    const { name: scenario, sentence, look } = texts.shelf[key];
    expect(lesson).toContain(plain(`\n| **${scenario}** | ${sentence} | ${look} | ${SHELF[key].rfc} |\n`));
  });
});

it('is not the same in two languages', () => {
  for (const key of SCENARIO_KEYS)
    for (const part of ['name', 'sentence', 'look', 'question', 'explanation'] as const) {
      const written = TABLES.map(({ texts }) => texts.shelf[key][part]);
      if (!SHARED.includes(written[0]!)) expect(new Set(written).size, `${key}.${part}`).toBe(TABLES.length);
    }
});
