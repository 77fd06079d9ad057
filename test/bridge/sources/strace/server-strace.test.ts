import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ServerProgram, type ServerProgramOptions } from '../../../../bridge/programs/server-program.ts';
import { tryStrace } from '../../../../bridge/sources/strace/try-strace.ts';
import { plainScript } from '../../../../bridge/trace/script.ts';
import { startOwning } from '../../../helpers/bridge.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { isAlive } from '../../../helpers/programs/program.ts';
import { statusOf } from '../../../helpers/programs/source-status.ts';
import { exchange } from '../../../helpers/clients/tcp-client.ts';
import { calls, expectCausal } from '../../../helpers/trace-checks.ts';
import { until } from '../../../helpers/until.ts';

const NODE = `"${process.execPath}"`;
const BLOCKING = `${NODE} test/fixtures/servers/blocking.mjs PORT`;
const NUMBER_SERVER = `${NODE} dist/server/main.js --port PORT`;

async function start(line: string, more: Partial<ServerProgramOptions> = {}) {
  const port = await freePort();
  const program = new ServerProgram({
    command: () => ({ line: line.replaceAll('PORT', String(port)) }),
    port,
    probe: pathToFileURL('dist/bridge/probe/probe.js').href,
    restart: false,
    strace: true,
    ...more,
  });
  onTestFinished(() => program.stop());
  program.start();
  await until(() => program.status().state !== 'starting');
  return { program, port };
}

/** Makes an empty folder the whole PATH for this test, with a `strace` in it that runs this script. */
function pathWith(script?: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-path-'));
  const before = process.env['PATH'];
  process.env['PATH'] = folder;
  onTestFinished(() => {
    process.env['PATH'] = before;
    rmSync(folder, { recursive: true });
  });
  if (script === undefined) return;
  writeFileSync(join(folder, 'strace'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'strace'), 0o755);
}

const leftBehind = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('aperto-strace-'));

describe('if strace cannot be used, the program runs nevertheless', () => {
  test.each([
    ['STRACE_NOT_INSTALLED', undefined],
    [
      'STRACE_NOT_PERMITTED',
      'test "$1" = -V || { echo "strace: PTRACE_TRACEME: Operation not permitted" >&2; exit 1; }',
    ],
  ])('%s', async (why, script) => {
    pathWith(script);
    const { program, port } = await start(NUMBER_SERVER);
    expect(program.status().state).toBe('listening');
    expect(statusOf(program, 'server-strace')).toEqual({ name: 'server-strace', active: false, why });
    expect((await exchange(port, { sends: ['0079'] })).reply).toBe('c38d4d504152');
  });

  test('STRACE_NOT_ASKED', async () => {
    const { program } = await start(NUMBER_SERVER, { strace: false });
    expect(statusOf(program, 'server-strace')).toEqual({
      name: 'server-strace',
      active: false,
      why: 'STRACE_NOT_ASKED',
    });
  });
});

const missing = process.platform === 'linux' ? tryStrace([]) : 'NOT_LINUX';
if (missing) console.log(`The tests with strace are left out: ${missing}.`);

describe.skipIf(missing !== undefined)('with strace', () => {
  const server = ['socket', 'bind', 'listen', 'accept', 'recv', 'send', 'close'];

  test('every call of an unchanged program is reported, with its bytes; none is inferred', async () => {
    const page = await Page.open(await startOwning({ server: BLOCKING, strace: true }));
    for (let run = 0; run < 2; run += 1) {
      const { done, steps } = await page.run(plainScript(121n));
      expect(done).toMatchObject({ outcome: 'replied', reply: { hex: '0079' } });
      expect(done.sources).toContainEqual({ name: 'server-strace', tells: 'calls', side: 'server', active: true });
      expect(done.sources).toContainEqual({
        name: 'server-syscalls',
        tells: 'calls',
        side: 'server',
        samples: true,
        active: false,
        why: 'SERVER_HAS_STRACE',
      });
      expectCausal(steps);
      const serverCalls = calls(steps).filter(({ side }) => side === 'server');
      expect(serverCalls.map(({ name }) => name)).toEqual(server);
      expect(new Set(serverCalls.map(({ evidence }) => evidence))).toEqual(new Set(['observed']));
      const [accept, recv, send] = serverCalls.slice(3);
      expect(accept!.peer).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(recv).toMatchObject({ bytes: 2, payload: '0079', result: 'ok' });
      expect(send).toMatchObject({ bytes: 2, payload: '0079', result: 'ok' });
      // All times are on one clock: the client's calls fall between the server's.
      const connect = calls(steps).find(({ name }) => name === 'connect')!;
      expect(accept!.returnedAt).toBeGreaterThan(connect.startedAt);
      expect(recv!.returnedAt).toBeGreaterThan(calls(steps).find(({ name }) => name === 'send')!.startedAt);
    }
  });

  test('only the probe reports on a program that has one', async () => {
    const page = await Page.open(await startOwning({ server: NUMBER_SERVER, strace: true }));
    const { done, steps } = await page.run(plainScript(121n));
    expect(done.sources).toContainEqual({ name: 'server-probe', tells: 'calls', side: 'server', active: true });
    expect(done.sources).toContainEqual({
      name: 'server-strace',
      tells: 'calls',
      side: 'server',
      active: false,
      why: 'SERVER_HAS_PROBE',
    });
    const serverCalls = calls(steps).filter(({ side, evidence }) => side === 'server' && evidence === 'observed');
    expect(serverCalls.map(({ name }) => name)).toEqual(['listen', 'accept', 'recv', 'send', 'close']);
  });

  test('stopped: nothing is left of the program, of strace, or of the pipe between', async () => {
    const before = leftBehind();
    const { program } = await start(`echo $$; ${BLOCKING}; true`);
    expect(statusOf(program, 'server-strace')).toEqual({ name: 'server-strace', active: true });
    expect(leftBehind()).toEqual(before);
    const pids = [program.status().pid!, Number(program.status().output[0]!.line)];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await program.stop();
    await until(() => !pids.some(isAlive));
    // The bridge reads all that strace wrote.
    await until(() => statusOf(program, 'server-strace').why === 'NOT_SEEN_LISTENING');
    program.start();
    await until(() => program.status().state === 'listening');
    expect(statusOf(program, 'server-strace')).toMatchObject({ active: true });
  });

  test.each<[string, object]>([
    ['exit 3', { exitCode: 3 }],
    ['kill -9 $$', { signal: 'SIGKILL' }],
    ['no-such-program-here', { exitCode: 127 }],
  ])('a program that ends by itself (%s) has exited, and how', async (line, how) => {
    const before = leftBehind();
    const { program } = await start(line);
    expect(program.status()).toMatchObject({ state: 'exited', ...how });
    expect(leftBehind()).toEqual(before);
  });

  const namespaces = [
    'unshare',
    '--user',
    '--map-current-user',
    '--mount',
    '--pid',
    '--fork',
    '--mount-proc',
    '--kill-child',
    '--',
  ];
  test.skipIf(tryStrace(namespaces) !== undefined)('behind a prefix that leads into other namespaces', async () => {
    const { program, port } = await start(BLOCKING, { prefix: () => namespaces });
    expect(statusOf(program, 'server-strace')).toEqual({ name: 'server-strace', active: true });
    expect((await exchange(port, { sends: ['0079'] })).reply).toBe('0079');
    await program.stop();
    expect(program.status().state).toBe('stopped');
  });
});
