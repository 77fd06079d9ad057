import { describe, expect, it } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { endSentence } from '../../../web/words/runs/run-end.ts';
import { done } from '../fixtures/traces.ts';
import { plain } from '../fixtures/plain.ts';

const languages = { en: await Language.load('en'), pt: await Language.load('pt') };

function ended(outcome: 'timeout', error: string, name: 'en' | 'pt' = 'en'): string {
  const runs = new Runs(
    () => {},
    (task) => task(),
  );
  const { run } = runs.begin({ script: plainScript(121n) });
  runs.receive(done(run.id, outcome, { error }));
  return endSentence(run, false, languages[name].texts);
}

describe('a run that timed out', () => {
  it('was given up by the kernel if connect() says so, and not by the bridge', () => {
    expect(ended('timeout', 'ETIMEDOUT')).toContain('the client’s kernel gave up');
    expect(ended('timeout', 'ETIMEDOUT')).not.toContain('bridge');
    expect(ended('timeout', 'ETIMEDOUT', 'pt')).toContain('o kernel do cliente desistiu');
  });

  it('was ended by the bridge if the bridge’s own limit was reached', () => {
    expect(ended('timeout', 'RUN_TIME')).toContain('the bridge’s limit');
    expect(ended('timeout', 'RUN_TIME', 'pt')).toContain('limite da ponte');
  });
});

it('zero has one digit, of which the server counts none', () => {
  expect(plain(languages.en.texts.controls.digits(0))).toBe('1 digit, but the server counts none in zero');
  expect(plain(languages.pt.texts.controls.digits(0))).toContain('1 dígito');
});
