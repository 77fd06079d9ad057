import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../helpers/until.ts';

const ALONE = new URL('../../.setup/alone.mjs', import.meta.url).href;
const LOCK = '.preparing';

/** While a process is alone, no other can make the folder `inside`: whoever finds it ends with an error. */
const ROUNDS = 20;
const WORK = `
  const { alone } = await import('${ALONE}');
  const { appendFileSync, mkdirSync, rmdirSync } = await import('node:fs');
  const folder = process.argv[1];
  for (let round = 0; round < ${ROUNDS}; round++)
    alone(() => {
      mkdirSync(folder + '/inside');
      appendFileSync(folder + '/log', process.pid + '\\n');
      rmdirSync(folder + '/inside');
    }, folder);
`;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'aperto-alone-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function start(path: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WORK, path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { ended: once(child, 'close').then(([code]) => [code as number, said] as const), said: () => said };
}

/** A number that no process has now. */
const deadProcess = () => spawnSync(process.execPath, ['--version']).pid;

test('several that find the lock of a dead one: never two at a time, and all have their turns', async () => {
  const path = folder();
  writeFileSync(join(path, LOCK), `${deadProcess()} 1`);
  const all = Array.from({ length: 4 }, () => start(path));
  for (const { ended } of all) expect((await ended)[0], (await ended)[1]).toBe(0);
  expect(readFileSync(join(path, 'log'), 'utf8').trim().split('\n')).toHaveLength(4 * ROUNDS);
  expect(readdirSync(path)).toEqual(['log']);
});

test.each([
  ['of a dead process', () => `${deadProcess()}`],
  ['that nobody has ever written', () => 'nonsense/../../etc'],
  ['of the number 0, which stands for a whole group', () => '0'],
])('a lock %s holds nobody up', async (_, content) => {
  const path = folder();
  writeFileSync(join(path, LOCK), content());
  expect(await start(path).ended).toEqual([0, '']);
});

test.skipIf(process.platform !== 'linux')(
  'nor does the lock of one whose number a living process has got',
  async () => {
    const path = folder();
    writeFileSync(join(path, LOCK), `${process.pid} 1`);
    expect(await start(path).ended).toEqual([0, '']);
  },
);

test('nor does the right to remove it, if who had the right died too', async () => {
  const path = folder();
  const [first, second] = [deadProcess(), deadProcess()];
  writeFileSync(join(path, LOCK), `${first} 1`);
  writeFileSync(join(path, `${LOCK}-${first}-1`), `${second} 2`);
  expect(await start(path).ended).toEqual([0, '']);
  expect(readdirSync(path)).toEqual(['log']);
});

test('the lock of a process that is at work holds the others up', async () => {
  const path = folder();
  const stat = process.platform === 'linux' ? readFileSync('/proc/self/stat', 'latin1') : '';
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  writeFileSync(join(path, LOCK), `${process.pid} ${started}`);
  const waiting = start(path);
  await until(() => waiting.said().includes('Waiting for another start'));
  expect(readdirSync(path)).toEqual([LOCK]);
  rmSync(join(path, LOCK));
  expect((await waiting.ended)[0]).toBe(0);
});
