import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerOf, SCENARIO_KEYS, SHELF, shows, THEMES } from '../../../web/scenarios/shelf.ts';
import { enScenarios } from '../../../web/texts/en/scenarios.ts';
import { ptScenarios } from '../../../web/texts/pt/scenarios.ts';
import type { ScenarioTexts } from '../../../web/texts/scenario-texts.ts';
import { plain } from '../fixtures/plain.ts';

const LESSONS: [string, ScenarioTexts, string][] = [
  ['English', enScenarios, readFileSync('docs/teachers.md', 'utf8')],
  ['Portuguese', ptScenarios, readFileSync('docs/professores.md', 'utf8')],
];
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

describe.each(LESSONS)('in %s', (_, texts, lesson) => {
  it.each(SCENARIO_KEYS)('%s has words for each choice, and no others', (key) => {
    const { choices, ...sentences } = texts.shelf[key];
    expect(Object.keys(choices).sort()).toEqual([...SHELF[key].question.choices].sort());
    for (const sentence of Object.values(sentences)) expect(sentence.trim()).not.toBe('');
  });

  it.each(SCENARIO_KEYS)('the lesson plan has %s, with its section', (key) => {
    const row = lesson.split('\n').find((line) => line.includes(`| **${plain(texts.shelf[key].name)}** |`));
    expect(row).toContain(SHELF[key].rfc);
  });
});

it('is not the same in both languages', () => {
  for (const key of SCENARIO_KEYS)
    for (const [name, text] of Object.entries(enScenarios.shelf[key]))
      if (typeof text === 'string' && !SHARED.includes(text))
        expect(text, `${key}.${name}`).not.toBe(ptScenarios.shelf[key][name as 'name']);
});
