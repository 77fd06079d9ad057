import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Terminal } from '../../../bridge/machine/terminal/terminal.ts';
import type { ServerStatus } from '../../../bridge/protocol/messages.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge, type TestBridge } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { freePort } from '../../helpers/free-port.ts';
import { BRIDGE } from '../../helpers/programs/built-programs.ts';
import { isAlive, startNode } from '../../helpers/programs/program.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { until } from '../../helpers/until.ts';

const FIXTURES = join(process.cwd(), 'test', 'fixtures');
const has = (program: string) => spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;
const isLinux = process.platform === 'linux';

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aperto-surroundings-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A bridge whose program may not listen. PORT in its command is the port of the target. */
async function start(command: string, settings: Parameters<typeof startBridge>[0] = {}) {
  const port = await freePort();
  const server = command.replaceAll('PORT', String(port));
  const bridge = await startBridge({ ownsServer: true, targetPort: port, server, ...settings });
  return { bridge, port };
}

async function statusWith(bridge: TestBridge, fits: (server: ServerStatus) => boolean): Promise<ServerStatus> {
  let server: ServerStatus;
  await until(async () => fits((server = (await bridge.health()).server)));
  return server!;
}

const lines = ({ output }: ServerStatus, stream: string) =>
  output.filter((line) => line.stream === stream).map(({ line }) => line);

describe.skipIf(!isLinux || !PYTHON)('a program has the surroundings of a terminal', () => {
  test('terminals, its folder, /dev/stdout, and a question that is shown before it is a whole line', async () => {
    const goOn = join(temporaryFolder(), 'go-on');
    const { bridge } = await start(`exec ${PYTHON} ${FIXTURES}/surroundings.py PORT ${goOn}`);
    const asking = await statusWith(bridge, ({ unfinished }) => unfinished !== undefined);
    expect(asking.unfinished).toEqual([{ stream: 'stdout', line: 'Your name? ' }]);
    const printed = [
      'terminals: [True, True, True]',
      `folder: ${process.cwd()}`,
      'red and plain',
      'not UTF-8: \ufffd',
      'opened again',
    ];
    expect(lines(asking, 'stdout')).toEqual(printed);
    expect(lines(asking, 'stderr')).toEqual(['an error']);
    writeFileSync(goOn, '');
    const { unfinished, ...listening } = await statusWith(bridge, ({ state }) => state === 'listening');
    expect(unfinished).toBeUndefined();
    expect(lines(listening, 'stdout')).toEqual([...printed, 'Your name? Ana']);
  });

  test('without terminals its outputs are pipes, and it runs all the same', async () => {
    const spy = vi.spyOn(Terminal, 'open').mockReturnValue(undefined);
    onTestFinished(() => spy.mockRestore());
    const { bridge } = await start('test -t 1 || echo no terminal; read -r nothing', { calls: 'none' });
    const server = await statusWith(bridge, ({ output }) => output.length > 0);
    expect(lines(server, 'stdout')).toEqual(['no terminal']);
    expect(isAlive(server.pid!)).toBe(true);
  });

  test('a tracer that cannot be loaded: the program runs, is watched from outside, and the page is told why', async () => {
    const before = process.env['NODE_OPTIONS'];
    process.env['NODE_OPTIONS'] = `--import=file://${FIXTURES}/tracer-cannot-load.mjs`;
    onTestFinished(() => {
      if (before === undefined) delete process.env['NODE_OPTIONS'];
      else process.env['NODE_OPTIONS'] = before;
    });
    const { bridge } = await start(`exec ${PYTHON} ${FIXTURES}/traced/blocking.py PORT`);
    const server = await statusWith(bridge, ({ state }) => state === 'listening');
    expect(lines(server, 'stderr')).toEqual([]);
    const { sources } = await bridge.health();
    const source = (name: string) => sources.find((each) => each.name === name);
    expect(source('server-tracer')).toMatchObject({ active: false, why: 'TRACER_NOT_LOADED' });
    expect(source('server-syscalls')).toMatchObject({ active: true });
  });
});

describe.skipIf(!isLinux || !PYTHON)('a program that goes to the background', () => {
  test('is the server, its calls are traced, and a stop ends it', async () => {
    const { bridge } = await start(`${PYTHON} ${FIXTURES}/daemon.py PORT`);
    const server = await statusWith(bridge, ({ inBackground }) => inBackground === true);
    expect(server).toMatchObject({ state: 'listening' });
    expect(isAlive(server.pid!)).toBe(true);
    const page = await Page.open(bridge);
    const { done, steps } = await page.run(plainScript(121n));
    expect(done).toMatchObject({ outcome: 'replied', reply: { hex: '0079' } });
    const calls = steps.filter((step) => step.kind === 'call' && step.side === 'server');
    expect(calls.map((call) => call.kind === 'call' && call.name)).toEqual(
      expect.arrayContaining(['accept', 'recv', 'send', 'close']),
    );
    expect(calls.every(({ evidence }) => evidence === 'observed')).toBe(true);
    page.send({ type: 'server', action: 'stop' });
    await statusWith(bridge, ({ state }) => state === 'stopped');
    await until(() => !isAlive(server.pid!));
  });

  test('ends with a bridge that is killed', async () => {
    const port = await freePort();
    const options = ['--wire', 'direct', '--capture', 'off', '--target', `127.0.0.1:${port}`, '--http', '127.0.0.1:0'];
    const bridge = startNode([...BRIDGE, ...options, '--server', `${PYTHON} ${FIXTURES}/daemon.py ${port}`]);
    const origin = (await bridge.line(/^Aperto is at /)).replace('Aperto is at ', '');
    const page = await Page.open({ origin, port: Number(new URL(origin).port) });
    const { server } = await page.message('hello', (hello) => hello.server.inBackground === true);
    bridge.child.kill('SIGKILL');
    await until(() => !isAlive(server.pid!));
  });

  test('and then ends there, has exited', async () => {
    const { bridge } = await start(`${PYTHON} ${FIXTURES}/daemon.py PORT`);
    const server = await statusWith(bridge, ({ inBackground }) => inBackground === true);
    process.kill(server.pid!, 'SIGKILL');
    expect(await statusWith(bridge, ({ state }) => state === 'exited')).toMatchObject({ exitCode: 0 });
  });
});

describe.skipIf(!isLinux)('real programs', () => {
  test.skipIf(!has('gcc'))('a C program: what it prints is there at once, and a fork does not repeat it', async () => {
    const folder = temporaryFolder();
    const source = `#include <stdio.h>
      #include <unistd.h>
      int main(void) { printf("once\\n"); fork(); pause(); }`;
    writeFileSync(join(folder, 'prints.c'), source);
    expect(spawnSync('gcc', ['-o', join(folder, 'prints'), join(folder, 'prints.c')]).status).toBe(0);
    const { bridge } = await start(`exec ${folder}/prints`);
    const server = await statusWith(bridge, ({ output }) => output.length > 0);
    expect(lines(server, 'stdout')).toEqual(['once']);
  });

  test.skipIf(!has('openssl'))('openssl s_server stays, because its input is open', async () => {
    const folder = temporaryFolder();
    const files = ['-keyout', `${folder}/key`, '-out', `${folder}/certificate`];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', ...files];
    expect(spawnSync('openssl', made).status).toBe(0);
    const command = `exec openssl s_server -accept 127.0.0.1:PORT -key ${folder}/key -cert ${folder}/certificate`;
    const { bridge } = await start(command);
    await statusWith(bridge, ({ state }) => state !== 'starting');
    const page = await Page.open(bridge);
    await page.run([{ do: 'send', hex: '0079' }, { do: 'close' }]);
    expect((await bridge.health()).server.state).toBe('listening');
  });

  test.skipIf(!has('nginx'))('nginx with the usual settings of a container, as a daemon', async () => {
    const folder = temporaryFolder();
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder}/${kind};`,
    );
    const settings = `pid ${folder}/pid; error_log /dev/stderr; events {} http { access_log /dev/stdout; ${paths.join(' ')}
      server { listen 127.0.0.1:PORT; location / { return 200 ok; } } }`;
    const { bridge } = await start(
      `printf '%s' '${settings}' > ${folder}/conf && exec nginx -p ${folder} -c ${folder}/conf`,
    );
    const server = await statusWith(bridge, ({ inBackground }) => inBackground === true);
    const page = await Page.open(bridge);
    const request = Buffer.from('GET /hello HTTP/1.0\r\n\r\n').toString('hex');
    const script = [{ do: 'send', hex: request }, { do: 'recv' }, { do: 'close' }] as const;
    const { done } = await page.run([...script]);
    expect(done.reply!.text).toContain('200 OK');
    await statusWith(bridge, (status) => lines(status, 'stdout').some((line) => line.includes('GET /hello')));
    page.send({ type: 'server', action: 'stop' });
    await statusWith(bridge, ({ state }) => state === 'stopped');
    await until(() => !isAlive(server.pid!));
    expect(existsSync(join(folder, 'pid'))).toBe(false);
  });
});

test('a program runs in the folder from which npm was called', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'said'), 'found it\n');
  const options = ['--wire', 'direct', '--capture', 'off', '--target', `:${await freePort()}`, '--http', '127.0.0.1:0'];
  const bridge = startNode([...BRIDGE, ...options, '--server', 'pwd; cat said'], {
    env: { ...process.env, INIT_CWD: folder },
  });
  const origin = (await bridge.line(/^Aperto is at /)).replace('Aperto is at ', '');
  const page = await Page.open({ origin, port: Number(new URL(origin).port) });
  const { server } = await page.message('hello', (hello) => hello.server.state === 'exited');
  expect(lines(server, 'stdout')).toEqual([folder, 'found it']);
});
