import { expect, onTestFinished, test } from 'vitest';
import { plainScript } from '../../bridge/trace/script.ts';
import { startBridge } from '../helpers/bridge.ts';
import { Page } from '../helpers/clients/page.ts';
import { freePort } from '../helpers/free-port.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NODE = `"${process.execPath}"`;

/** A bridge whose server program listens once a file is there, and a function that writes this file. */
async function startLate({ then = `exec ${NODE} dist/server/main.js --port PORT` } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'aperto-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'go');
  const port = await freePort();
  const server = `while ! [ -e ${file} ]; do sleep 0.02; done; ${then.replaceAll('PORT', String(port))}`;
  const page = await Page.open(await startBridge({ ownsServer: true, targetPort: port, server }));
  return { page, go: () => writeFile(file, '') };
}

test('a run that is asked for before the server listens waits for it, and says so', async () => {
  const { page, go } = await startLate();
  const ids = Array.from({ length: 16 }, () => page.start(plainScript(121n)));
  await page.message('hello', ({ server }) => server.state === 'starting');
  await go();
  for (const id of ids) {
    const done = await page.message('done', (message) => message.id === id);
    expect(done).toMatchObject({ outcome: 'replied' });
    expect(done.waitedUs).toBeGreaterThan(0);
  }
  const { done } = await page.run(plainScript(121n));
  expect(done).toMatchObject({ outcome: 'replied' });
  expect(done.waitedUs).toBeUndefined();
});

test('a server that ends in place of listening: the run is refused, and says that it waited', async () => {
  const { page, go } = await startLate({ then: 'exit 3' });
  const id = page.start(plainScript(121n));
  await go();
  const done = await page.message('done', (message) => message.id === id);
  expect(done).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
  expect(done.waitedUs).toBeGreaterThan(0);
  expect((await page.run(plainScript(121n))).done.waitedUs).toBeUndefined();
});

test('a run that waits can be given up at once', async () => {
  const { page } = await startLate();
  const id = page.start(plainScript(121n));
  page.send({ type: 'cancel', id });
  expect(await page.message('done', (message) => message.id === id)).toMatchObject({ outcome: 'cancelled' });
  expect(page.steps(id)).toEqual([]);
});

test('a server that is stopped while a run waits: the run is refused', async () => {
  const { page } = await startLate();
  const id = page.start(plainScript(121n));
  page.send({ type: 'server', action: 'stop' });
  expect(await page.message('done', (message) => message.id === id)).toMatchObject({ outcome: 'refused' });
});
