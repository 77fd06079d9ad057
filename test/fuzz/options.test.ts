import { expect, test } from 'vitest';
import { startNode } from '../helpers/programs/program.ts';

test.each([
  ['fuzz/fuzz.ts', ['--nonsense'], /--nonsense.*--seed/],
  ['soak/soak.ts', ['--seconds', 'many'], /--seconds takes a whole number, not 'many'/],
  ['soak/soak.ts', ['--nonsense'], /--nonsense.*--runs 100000/],
  ['bench/bench.ts', ['nosuch'], /no part nosuch.*bridge/],
])('%s %s: a sentence, exit code 2', async (file, words, sentence) => {
  const program = startNode(['--import', 'tsx', `test/${file}`, ...words]);
  expect(await program.ended).toBe(2);
  expect(program.err).toEqual([expect.stringMatching(sentence)]);
  expect(program.out).toEqual([]);
});
