import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Project } from './project.ts';

const EVERYTHING = ['npm', 'bridge/main.ts', 'web/page.ts'];
const BUILD = EVERYTHING.slice(1);
const LONG_AGO = new Date('2001-01-01');

const removals: (() => void | Promise<void>)[] = [];
/** A project of which everything is installed and built, made once. */
let whole: Project;
beforeAll(async () => {
  whole = new Project((remove) => void removals.push(remove));
  expect(await whole.prepare()).toMatchObject({ status: 0 });
  expect(whole.done()).toEqual(EVERYTHING);
});
afterAll(() => Promise.all(removals.map((remove) => remove())));
const prepared = () => whole.copy();

/** Everything is there, and nothing besides it is left over. */
function expectWhole(project: Project): void {
  expect(project.read('dist/bridge/main.js')).toBe(project.read('bridge/main.ts'));
  expect(project.read('dist/web/page.js')).toBe(project.read('web/page.ts'));
  expect(project.has('node_modules/typescript/tsc.cjs')).toBe(true);
  expect(readdirSync(project.folder).filter((name) => /^\.(next|last|preparing)/.test(name))).toEqual([]);
}

test('a fresh clone is installed and built, and a second start does neither', async () => {
  const project = prepared();
  expectWhole(project);
  expect(await project.prepare()).toEqual({ status: 0, said: '' });
  expect(project.done()).toEqual([]);
});

test('NODE_ENV=production on a fresh clone', async () => {
  const project = new Project();
  expect(await project.prepare({ NODE_ENV: 'production' })).toMatchObject({ status: 0 });
  expectWhole(project);
});

test('dates decide nothing: a touched lockfile, and touched sources, without a network', async () => {
  const project = prepared();
  const later = new Date(Date.now() + 3_600_000);
  for (const file of ['package-lock.json', 'bridge/main.ts', 'web']) utimesSync(project.path(file), later, later);
  expect(await project.prepare({ OFFLINE: '1' })).toEqual({ status: 0, said: '' });
  expect(project.done()).toEqual([]);
});

test('a source with an older date is built', async () => {
  const project = prepared();
  project.write('bridge/main.ts', 'bridge 2');
  utimesSync(project.path('bridge/main.ts'), LONG_AGO, LONG_AGO);
  expect((await project.prepare()).status).toBe(0);
  expect(project.done()).toEqual(BUILD);
  expectWhole(project);
});

test('a source that is gone is built without', async () => {
  const project = prepared();
  project.write('server/more.ts', 'more');
  await project.prepare();
  project.done();
  project.remove('server/more.ts');
  await project.prepare();
  expect(project.done()).toEqual(BUILD);
});

test('another lockfile without a network: a sentence, and what was there is untouched', async () => {
  const project = prepared();
  project.lock('2.0.0');
  const failed = await project.prepare({ OFFLINE: '1' });
  expect(failed.status).toBe(7);
  expect(failed.said).toContain('npm error network');
  expect(failed.said).toContain('The packages that were installed before are untouched.');
  expectWhole(project);
  project.lock('1.0.0');
  project.done();
  expect(await project.prepare({ OFFLINE: '1' })).toEqual({ status: 0, said: '' });
  expect(project.done()).toEqual([]);
});

test('another lockfile with a network: its packages replace the others, and build again', async () => {
  const project = prepared();
  project.write('node_modules/left-over/package.json', '{}');
  project.lock('2.0.0');
  expect((await project.prepare()).status).toBe(0);
  expect(project.done()).toEqual(EVERYTHING);
  expect(project.read('node_modules/vite/version')).toBe('2.0.0');
  expect(project.has('node_modules/left-over')).toBe(false);
  expectWhole(project);
});

test.each([
  ['node_modules', EVERYTHING.slice(0, 1)],
  ['node_modules/vite', EVERYTHING.slice(0, 1)],
  ['node_modules/typescript/tsc.cjs', EVERYTHING.slice(0, 1)],
  ['dist', BUILD],
  ['dist/web', BUILD],
  ['dist/bridge/main.js', BUILD],
  ['dist/.built.json', BUILD],
])('%s was deleted: it is mended', async (file, done) => {
  const project = prepared();
  project.remove(file);
  expect((await project.prepare()).status).toBe(0);
  expect(project.done()).toEqual(done);
  expectWhole(project);
});

test('a built file was cut off, or its record: both are mended', async () => {
  const project = prepared();
  project.write('dist/bridge/main.js', 'bri');
  await project.prepare();
  expectWhole(project);
  project.write('dist/.built.json', '{"sour');
  await project.prepare();
  expectWhole(project);
});

test('packages that somebody installed by hand are used as they are', async () => {
  const project = prepared();
  project.remove('node_modules/.aperto.json');
  expect(await project.prepare({ OFFLINE: '1' })).toEqual({ status: 0, said: '' });
  // From now on their files are known.
  project.remove('node_modules/vite/vite.cjs');
  expect((await project.prepare()).status).toBe(0);
  expectWhole(project);
});

test('a source with a mistake: its message, and the built program is untouched', async () => {
  const project = prepared();
  project.write('web/page.ts', 'bad');
  const failed = await project.prepare();
  expect(failed.status).toBe(2);
  expect(failed.said).toContain('a mistake in web/page.ts');
  expect(failed.said).toContain('The program that was built before is untouched.');
  project.write('web/page.ts', 'page 1');
  project.done();
  expect(await project.prepare()).toEqual({ status: 0, said: '' });
  expectWhole(project);
});

test.each(['npm', 'bridge/main.ts', 'web/page.ts'])(
  'killed while %s is at work: the next start goes on',
  async (what) => {
    const project = prepared();
    project.lock('2.0.0');
    expect((await project.prepare({ DIES: what })).status).toBe('SIGKILL');
    expect(project.has('dist/bridge/main.js') && project.has('node_modules/vite/vite.cjs')).toBe(true);
    expect((await project.prepare()).status).toBe(0);
    expect(project.read('node_modules/vite/version')).toBe('2.0.0');
    expectWhole(project);
  },
);

test('killed between the two moves of the packages: the new ones are used, without a network', async () => {
  const project = prepared();
  spawnSync('mkdir', ['.next-packages-1'], { cwd: project.folder });
  spawnSync('mv', ['node_modules', '.next-packages-1/node_modules'], { cwd: project.folder });
  expect(await project.prepare({ OFFLINE: '1' })).toMatchObject({ status: 0 });
  expect(project.done()).toEqual([]);
  expectWhole(project);
});

const MAY_MOUNT = spawnSync('unshare', ['-rm', 'true']).status === 0;
test.runIf(MAY_MOUNT)('node_modules is a mounted folder, which cannot be moved: npm fills it in place', async () => {
  const project = new Project();
  for (const folder of ['volume', 'node_modules']) spawnSync('mkdir', [folder], { cwd: project.folder });
  const mount = 'mount --bind volume node_modules';
  expect((await project.prepare({}, mount)).status).toBe(0);
  expect(project.done()).toEqual(['npm', ...EVERYTHING]);
  expect(project.has('volume/typescript/tsc.cjs')).toBe(true);
  expect(await project.prepare({}, mount)).toEqual({ status: 0, said: '' });
});

test('two starts at once install and build once', async () => {
  const project = new Project();
  const results = await Promise.all([project.prepare(), project.prepare()]);
  expect(results.map(({ status }) => status)).toEqual([0, 0]);
  expect(project.done()).toEqual(EVERYTHING);
  expectWhole(project);
});

test('a lock of a start that died holds nobody up', async () => {
  const project = new Project();
  const { pid } = spawnSync(process.execPath, ['--version']);
  project.write('.preparing', `${pid}`);
  const { status, said } = await project.prepare();
  expect(status).toBe(0);
  expect(said).not.toContain('Waiting');
  expectWhole(project);
});

test('a lockfile that cannot be read: the command that brings it back', async () => {
  const project = prepared();
  project.write('package-lock.json', '<<<<<<< HEAD');
  const failed = await project.prepare();
  expect(failed.status).toBe(1);
  expect(failed.said).toContain('git checkout package-lock.json');
  expect(existsSync(project.path('node_modules/vite/vite.cjs'))).toBe(true);
});

test('a start that has nothing to do writes nothing', async () => {
  const project = prepared();
  const dates = () => ['.', 'node_modules', 'dist'].map((folder) => statSync(project.path(folder)).mtimeMs);
  const before = dates();
  expect(await project.prepare()).toEqual({ status: 0, said: '' });
  expect(dates()).toEqual(before);
});
