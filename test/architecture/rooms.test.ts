import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
// @ts-expect-error the linter's configuration is JavaScript
import { ROOMS } from '../../eslint.config.js';

/** Files at the root of a room that has rooms below it. */
const MOST_FILES = 12;
/** What may lie at the root of the two large rooms; `tsconfig.json` is a tool's. */
const ROOTS = {
  bridge: ['address.ts', 'bridge.ts', 'client.ts', 'config.ts', 'errors.ts', 'main.ts', 'run-once.ts', 'session.ts'],
  web: ['App.svelte', 'app.css', 'index.html', 'main.ts', 'page.css', 'tsconfig.json'],
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name))
    .filter((path) => statSync(path).isFile());
const isCode = (file: string): boolean => /\.(ts|svelte)$/.test(file);
const sources = ['server', 'bridge', 'web'].flatMap(filesIn).filter(isCode);

test.each(Object.entries(ROOTS))('the root of %s/ holds its few files and no others', (room, files) => {
  const found = readdirSync(room).filter((name) => statSync(join(room, name)).isFile());
  expect(found.sort()).toEqual([...files].sort());
});

test('every file is in a room of the linter’s table', () => {
  const isRoom = (name: string) =>
    Object.keys(ROOMS as Record<string, readonly string[]>).some((room) =>
      new RegExp(`^${room.replaceAll('*', '[^/]+')}$`).test(name),
    );
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => !isRoom(dirname(file)) && !isRoom(file))).toEqual([]);
});

test(`a room with rooms below it has at most ${MOST_FILES} files at its root`, () => {
  const folders = new Set(['server', 'bridge', 'web', 'test'].flatMap(filesIn).map((file) => dirname(file)));
  const tooFull = [...folders].filter((folder) => {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.some((entry) => entry.isDirectory()) && entries.filter((e) => e.isFile()).length > MOST_FILES;
  });
  expect(tooFull).toEqual([]);
});

test('each test below test/ is in the room of the file that it tests', () => {
  const folders = new Set(
    ['bridge', 'server', 'web'].flatMap((room) => filesIn(`test/${room}`)).filter((file) => file.endsWith('.test.ts')),
  );
  const lost = [...folders].map((file) => dirname(file).slice('test/'.length)).filter((room) => !existsSync(room));
  expect(lost).toEqual([]);
});

test('no file imports itself through others, types included', () => {
  const imports = new Map(sources.map((file) => [file, importsOf(file)]));
  expect(circlesIn(imports)).toEqual([]);
});

test('a circle is found', () => {
  const circle = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b', 'd']],
    ['d', []],
  ]);
  expect(circlesIn(circle)).toEqual([['b', 'c', 'b']]);
});

function importsOf(file: string): string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g);
  return [...specifiers].map(([, specifier]) => posix.join(dirname(file), specifier!)).filter(isCode);
}

/** Each circle once, from where it was entered. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
    if (path.includes(file) || done.has(file)) return;
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}
