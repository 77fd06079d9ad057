import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const under = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => /\.(ts|svelte|m?js|cjs|py|md|json)$/.test(file));
const sources = ['bridge', 'server', 'web'].flatMap(under);

test('inferred steps are created in bridge/trace/inference/infer.ts, and nowhere else', () => {
  // `evidence: 'inferred'` or an assignment; a comparison or a type creates nothing.
  const creates = /evidence\s*(?::|=(?!=))\s*['"`]inferred['"`](?!\s*\|)/;
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.filter((file) => creates.test(readFileSync(file, 'utf8')))).toEqual([
    'bridge/trace/inference/infer.ts',
  ]);
});

test('no file names a path of the machine on which it was written', () => {
  const top = readdirSync('.').filter((name) => /\.(ts|js|json|md)$/.test(name));
  const files = [...sources, ...['.setup', 'test'].flatMap(under), ...top].filter(
    (file) => file !== 'package-lock.json',
  );
  // Wherever this clone stands, and where its authors' did; written apart, as this file is looked at too.
  const paths = [
    `${process.cwd()}/`,
    ['', 'work', 'main'].join('/'),
    ['', 'work', 'shared'].join('/'),
    ['', 'root', ''].join('/'),
  ];
  const names = (file: string) => paths.some((path) => readFileSync(file, 'utf8').includes(path));
  expect(files.filter(names)).toEqual([]);
});
