import { describe, expect, test } from 'vitest';
// @ts-expect-error what runs before anything is installed is JavaScript
import { demandOf, digestOf, isBuilt, isInstalled, recordOf } from '../../.setup/decide.mjs';

const lock = {
  packages: {
    '': { name: 'project' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b': { version: '2.0.0', integrity: 'sha512-b', optional: true },
  },
};
const withA = (integrity: string) => ({
  packages: { ...lock.packages, 'node_modules/a': { version: '1.0.0', integrity } },
});
const files: [string, number][] = [
  ['a/package.json', 10],
  ['a/lib/main.js', 200],
];
const sizes = (present: [string, number][]) => (file: string) => new Map(present).get(file);
const whole = { lock, record: recordOf(lock, files), npmRecord: undefined, sizeOf: sizes(files) };

describe('what a lockfile asks for', () => {
  test('is the same if only its layout, its order or the way to a registry changes', () => {
    const reordered = {
      lockfileVersion: 3,
      packages: Object.fromEntries(
        Object.entries(lock.packages)
          .reverse()
          .map(([path, one]) => [path, { ...one, resolved: 'elsewhere' }]),
      ),
    };
    expect(demandOf(reordered)).toBe(demandOf(lock));
  });

  test('changes with the content of a package', () => {
    expect(demandOf(withA('sha512-other'))).not.toBe(demandOf(lock));
  });
});

describe('packages are installed', () => {
  test('if every file of the record is there', () => {
    expect(isInstalled(whole)).toBe(true);
    expect(isInstalled({ ...whole, sizeOf: sizes([...files, ['a/more.js', 1]]) })).toBe(true);
  });

  test.each<[string, object]>([
    ['nothing is there', { record: undefined }],
    ['the lockfile asks for another content', { lock: withA('sha512-other') }],
    ['a file is missing', { sizeOf: sizes(files.slice(0, 1)) }],
    ['a file was cut off', { sizeOf: sizes([files[0]!, ['a/lib/main.js', 100]]) }],
  ])('not if %s', (_, change) => {
    expect(isInstalled({ ...whole, ...change })).toBe(false);
  });

  test('if somebody ran npm by hand, and npm’s own record has what the lockfile asks for', () => {
    const sizeOf = sizes([...files, ['b/package.json', 1]]);
    const byHand = { ...whole, record: undefined, npmRecord: lock, sizeOf };
    expect(isInstalled(byHand)).toBe(true);
    const { 'node_modules/b': _, ...withoutOptional } = lock.packages;
    expect(isInstalled({ ...byHand, npmRecord: { packages: withoutOptional } })).toBe(true);
    expect(isInstalled({ ...byHand, npmRecord: withA('sha512-other') })).toBe(false);
    expect(isInstalled({ ...byHand, npmRecord: { packages: {} } })).toBe(false);
    expect(isInstalled({ ...byHand, sizeOf: sizes([]) })).toBe(false);
  });
});

test('a digest knows the end of each file, and not their order', () => {
  expect(
    digestOf([
      ['a', 'x'],
      ['b', 'y'],
    ]),
  ).toBe(
    digestOf([
      ['b', 'y'],
      ['a', 'x'],
    ]),
  );
  expect(
    digestOf([
      ['a', 'xb'],
      ['b', ''],
    ]),
  ).not.toBe(
    digestOf([
      ['a', 'x'],
      ['b', 'b'],
    ]),
  );
});

test('the program is built if both the sources and the built files are those of the record', () => {
  const record = { sources: 's', outputs: 'o' };
  expect(isBuilt({ sources: 's', outputs: 'o', record })).toBe(true);
  expect(isBuilt({ sources: 'other', outputs: 'o', record })).toBe(false);
  expect(isBuilt({ sources: 's', outputs: 'half', record })).toBe(false);
  expect(isBuilt({ sources: 's', outputs: 'o', record: undefined })).toBe(false);
});
