import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Package {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const manifest = read('package.json') as Package & { overrides: Record<string, string> };
const lock = read('package-lock.json') as { lockfileVersion: number; packages: Record<string, Package> };
const { '': root, ...locked } = lock.packages;
const asked = { ...manifest.dependencies, ...manifest.devDependencies };

const EXACT = /^\d+\.\d+\.\d+$/;

test('package.json asks for exact versions, of what it overrides too', () => {
  expect(Object.keys(asked).length).toBeGreaterThan(20);
  for (const [name, version] of Object.entries({ ...asked, ...manifest.overrides }))
    expect(version, name).toMatch(EXACT);
});

test('the lockfile agrees with package.json', () => {
  expect(lock.lockfileVersion).toBe(3);
  expect({ ...root!.dependencies, ...root!.devDependencies }).toEqual(asked);
  for (const [name, version] of Object.entries({ ...asked, ...manifest.overrides }))
    expect(locked[`node_modules/${name}`]?.version, name).toBe(version);
});

test('every locked package has a digest of its content, and comes from the public registry', () => {
  expect(Object.keys(locked).length).toBeGreaterThan(100);
  for (const [path, { integrity, resolved, version, link }] of Object.entries(locked)) {
    expect(path).toMatch(/^node_modules\//);
    expect(link, path).toBeUndefined();
    expect(version, path).toMatch(/^\d+\.\d+\.\d+/);
    expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
  }
});
