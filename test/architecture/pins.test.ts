import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Package {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  engines?: { node?: string };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const manifest = read('package.json') as Package & { overrides: Record<string, string> };
const lock = read('package-lock.json') as { lockfileVersion: number; packages: Record<string, Package> };
const { '': root, ...locked } = lock.packages;
/** The test browser has a lockfile of its own: only a machine that has no browser installs it. */
const browserLock = read('.setup/browser/package-lock.json') as typeof lock;
const { '': browserRoot, ...browser } = browserLock.packages;
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

test('the test browser is pinned', () => {
  const { dependencies } = read('.setup/browser/package.json') as Package;
  expect(browserRoot!.dependencies).toEqual(dependencies);
  expect(Object.keys(dependencies!)).toEqual(['@sparticuz/chromium']);
  for (const [name, version] of Object.entries(dependencies!)) {
    expect(version).toMatch(EXACT);
    expect(browser[`node_modules/${name}`]?.version).toBe(version);
  }
});

test('every locked package has a digest of its content, and comes from the public registry', () => {
  expect(Object.keys(locked).length).toBeGreaterThan(100);
  for (const [path, { integrity, resolved, version, link }] of [
    ...Object.entries(locked),
    ...Object.entries(browser),
  ]) {
    expect(path).toMatch(/^node_modules\//);
    expect(link, path).toBeUndefined();
    expect(version, path).toMatch(/^\d+\.\d+\.\d+/);
    expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    if (resolved !== undefined) expect(resolved, path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
  }
});

test.each(['20.19.0', '22.13.0', '24.0.0'])('every locked package runs on Node %s', (node) => {
  const refusing = [...Object.entries(locked), ...Object.entries(browser)].filter(
    ([, { engines }]) => !isIn(engines?.node ?? '*', node),
  );
  expect(refusing.map(([path, { engines }]) => `${path} ${engines!.node}`)).toEqual([]);
});

test.each<[string, string, boolean]>([
  ['>=22', '20.19.0', false],
  ['^20.19.0 || >=22.12.0', '20.19.0', true],
  ['^20.19.0 || >=22.12.0', '22.11.9', false],
  ['18 || 20', '20.19.0', true],
  ['>=16 || 14 >=14.17', '20.19.0', true],
  ['14 >=14.17', '20.19.0', false],
  ['>= 10.x', '20.19.0', true],
])('the range %s holds %s: %s', (range, version, isInside) => {
  expect(isIn(range, version)).toBe(isInside);
});

/** Whether a version is in a range, for the few forms of ranges that the lockfiles have. */
function isIn(range: string, version: string): boolean {
  return range.split('||').some((all) => {
    const comparators = all.replace(/>=\s+/g, '>=').trim().split(/\s+/);
    return comparators.every((comparator) => {
      const [, operator, text] = /^(>=|\^|)(\*|\d[\d.x]*)$/.exec(comparator) ?? [];
      if (text === undefined) throw new Error(`"${range}" is a range of an unknown form`);
      if (text === '*') return true;
      const [wanted, found] = [numbers(text), numbers(version)];
      return compare(found, wanted) >= 0 && (operator === '>=' || found[0] === wanted[0]);
    });
  });
}

function numbers(version: string): number[] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number(part) || 0);
  return [major, minor, patch];
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((part, index) => part - b[index]!).find((difference) => difference !== 0) ?? 0;
}
