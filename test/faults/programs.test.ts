import { connect } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { plainScript } from '../../bridge/trace/script.ts';
import { startBridge, startOwning, startOwningForAll } from '../helpers/bridge.ts';
import { Page } from '../helpers/clients/page.ts';
import { freePort } from '../helpers/free-port.ts';
import { BRIDGE } from '../helpers/programs/built-programs.ts';
import { descendants } from '../helpers/programs/descendants.ts';
import { FailingStarts, START_FAILURES, type StartFailure } from '../helpers/programs/failing-starts.ts';
import { whyNoLab } from '../helpers/programs/lab.ts';
import { commandLineOf, startProgram } from '../helpers/programs/program.ts';
import { until } from '../helpers/until.ts';
import { expectReplied } from './endure.ts';

/** Command lines of the programs that the bridge starts. */
const SERVER = /server\/main\.js/;
const SCENARIO_SERVER = /server\/scenarios\//;
const LAB_HOST = /^unshare /;
const TCPDUMP = /^tcpdump /;
const SAFEGUARD = /^\/bin\/sh -?\S* ?-c read -r/;

let failing: FailingStarts | undefined;

function fail(code: StartFailure, fits: RegExp): FailingStarts {
  return (failing = new FailingStarts(code, fits));
}

afterEach(() => failing?.end());

const labHosts = () => descendants(process.pid).filter((pid) => commandLineOf(pid).startsWith('unshare'));

/** What a failed start leaves must be whole: so the tests of each error share their bridges. */
const owning = startOwningForAll({});
const restarting = startOwningForAll({ restart: true });
const lab = startOwningForAll({ wire: 'lab' }, !whyNoLab);

describe.each(START_FAILURES)('a program cannot be started (%s):', (code) => {
  test('the server program: who asked gets a coded error, every page sees why, and the next start works', async () => {
    const page = await Page.open(owning());
    await page.message('hello', ({ server }) => server.state === 'listening');
    page.send({ type: 'server', action: 'stop' });
    await page.message('hello', ({ server }) => server.state === 'stopped');
    const starts = fail(code, SERVER);
    expect(await page.complaint({ type: 'server', action: 'start' })).toMatchObject({ code: 'SERVER_NOT_STARTED' });
    await page.message('hello', ({ server }) => server.notStarted === code);
    expect(await page.run(plainScript(121n))).toMatchObject({ done: { outcome: 'refused' } });
    starts.end();
    const from = page.messages.length;
    page.send({ type: 'server', action: 'start' });
    await page.message('hello', ({ server }) => server.state === 'listening' && server.notStarted === undefined, from);
    await expectReplied(page);
  });

  test('the server program, when it is to be started again by itself: it is tried until it works', async () => {
    const page = await Page.open(restarting());
    const { server } = await page.message('hello', (hello) => hello.server.state === 'listening');
    const starts = fail(code, SERVER);
    process.kill(server.pid!, 'SIGKILL');
    await until(() => starts.count > 1);
    starts.end();
    await page.message('hello', ({ server: now }) => now.state === 'listening' && now.pid !== server.pid);
    await expectReplied(page);
  });

  test('the shell that ends a program with the bridge: the program runs', async () => {
    const starts = fail(code, SAFEGUARD);
    const page = await Page.open(await startOwning());
    await page.message('hello', ({ server }) => server.state === 'listening');
    expect(starts.count).toBeGreaterThan(0);
    await expectReplied(page);
  });

  test('tcpdump: the run goes on without a capture, and says so', async () => {
    const starts = fail(code, TCPDUMP);
    const page = await Page.open(await startOwning({ capture: 'auto' }));
    expect(starts.count).toBeGreaterThan(0);
    const { done } = await page.run(plainScript(121n));
    expect(done).toMatchObject({ outcome: 'replied' });
    expect(done.sources.find(({ name }) => name === 'capture')).toMatchObject({
      active: false,
      why: code === 'ENOENT' ? 'CAPTURE_NO_TCPDUMP' : 'CAPTURE_FAILED',
    });
  });

  test.skipIf(whyNoLab)('a host of the lab at the start: the direct wire, or a coded error', async () => {
    fail(code, LAB_HOST);
    await expect(startOwning({ wire: 'lab' })).rejects.toMatchObject({ code: 'WIRE_UNAVAILABLE', why: 'LAB_FAILED' });
    const page = await Page.open(await startOwning({ wire: 'auto' }));
    expect(page.messages[0]).toMatchObject({ wire: 'direct', wireWhy: 'LAB_FAILED' });
    await page.message('hello', ({ server }) => server.state === 'listening');
    await expectReplied(page);
  });

  test.skipIf(whyNoLab)(
    'a host of the lab, after one was killed: the direct wire, and the bridge goes on',
    async () => {
      const others = labHosts();
      const page = await Page.open(await startOwning({ wire: 'lab' }));
      fail(code, LAB_HOST);
      process.kill(
        labHosts().find((pid) => !others.includes(pid))!,
        'SIGKILL',
      );
      await page.message('hello', ({ wire, server }) => wire === 'direct' && server.state === 'listening');
      await expectReplied(page);
    },
  );

  test.skipIf(whyNoLab)('the server of a scenario: its run says so, and the next run has one', async () => {
    const page = await Page.open(lab());
    const starts = fail(code, SCENARIO_SERVER);
    const run = { type: 'run', script: plainScript(121n), server: 'dies' };
    page.send({ ...run, id: 'without' });
    expect(await page.message('done', ({ id }) => id === 'without')).toMatchObject({
      outcome: 'failed',
      error: 'SERVER_NOT_STARTED',
    });
    starts.end();
    page.send({ ...run, id: 'with' });
    expect(await page.message('done', ({ id }) => id === 'with')).toMatchObject({ outcome: 'silent' });
    await expectReplied(page);
  });
});

test.skipIf(whyNoLab)(
  '220 descriptors, 400 idle connections: nothing that is asked of the bridge ends it',
  async () => {
    const [http, target] = [await freePort(), await freePort()];
    const options = [
      '--wire',
      'lab',
      '--http',
      `127.0.0.1:${http}`,
      '--target',
      `127.0.0.1:${target}`,
      '--server',
      `exec '${process.execPath}' dist/server/main.js --port ${target}`,
    ];
    const program = startProgram('sh', [
      '-c',
      'ulimit -n 220; exec "$0" "$@"',
      process.execPath,
      ...BRIDGE,
      ...options,
    ]);
    await program.line(/^Aperto is at /);
    const page = await Page.open({ port: http, origin: `http://127.0.0.1:${http}` });
    const hello = await page.message('hello', ({ server }) => server.state === 'listening');
    const connectionsInAll = hello.limits['connectionsInAll']!;
    expect(connectionsInAll).toBeLessThan(220 / 2);
    const idle = Array.from({ length: 400 }, () =>
      connect(http, '127.0.0.1')
        .on('error', () => {})
        .resume(),
    );
    onTestFinished(() => idle.forEach((socket) => socket.destroy()));
    // Those beyond the limit are closed; the others keep what they have.
    await until(() => idle.filter(({ closed }) => closed).length >= 400 - connectionsInAll);

    const asked = Array.from({ length: 8 }, (_, id) => {
      page.send({ type: 'run', id, script: plainScript(121n), server: 'dies' });
      return page.message('done', (done) => done.id === id);
    });
    let fromLast = 0;
    for (const action of ['stop', 'start', 'stop', 'start'] as const) {
      fromLast = page.messages.length;
      page.send({ type: 'server', action });
      const wanted = action === 'stop' ? 'stopped' : 'listening';
      await page.message('hello', ({ server }) => server.state === wanted, fromLast);
    }
    for (const done of await Promise.all(asked)) {
      expect(done.error).toBeUndefined();
      expect(done.outcome).toBe('silent');
    }
    await expectReplied(page);
    const { server: before } = await page.message('hello', ({ server }) => server.state === 'listening', fromLast);
    const host = descendants(program.child.pid!).find((pid) => commandLineOf(pid).startsWith('unshare'));
    const from = page.messages.length;
    process.kill(host!, 'SIGKILL');
    await page.message('error', ({ code }) => code === 'LAB_REMADE' || code === 'LAB_LOST', from);
    // A `hello` of the old program may still come.
    await page.message('hello', ({ server }) => server.state === 'listening' && server.pid !== before.pid, from);
    await expectReplied(page);
    expect(program.child.exitCode).toBeNull();
  },
);

test.skipIf(whyNoLab)('a run that is asked for while a broken lab is made again waits for the next one', async () => {
  const hosts = (): number[] => descendants(process.pid).filter((pid) => commandLineOf(pid).startsWith('unshare'));
  // Bridges of other tests may have hosts too.
  const others = hosts();
  const page = await Page.open(await startOwning({ wire: 'lab' }));
  const { server } = await page.message('hello', (hello) => hello.server.state === 'listening');
  const host = hosts().find((pid) => !others.includes(pid));
  const from = page.messages.length;
  process.kill(host!, 'SIGKILL');
  await page.message('hello', (hello) => hello.server.pid !== server.pid, from);
  await expectReplied(page);
});

test('a bridge that owns no server program starts none', async () => {
  const starts = fail('EMFILE', /./);
  const bridge = await startBridge();
  onTestFinished(() => starts.end());
  expect((await bridge.health()).server.state).toBe('external');
  expect(starts.count).toBe(0);
});
