import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { Hello } from '../../bridge/protocol/messages.ts';
import { plainScript } from '../../bridge/trace/script.ts';
import { startServer } from '../helpers/bridge.ts';
import { freePort } from '../helpers/free-port.ts';
import { BRIDGE } from '../helpers/programs/built-programs.ts';
import { descendants } from '../helpers/programs/descendants.ts';
import { Page } from '../helpers/clients/page.ts';
import { raw } from '../helpers/clients/raw-request.ts';
import { isAlive, startNode, type Program } from '../helpers/programs/program.ts';
import { quickest } from '../helpers/quickest.ts';
import { until } from '../helpers/until.ts';

const start = (...args: string[]) => startNode([...BRIDGE, ...args]);

async function listening(program: Program): Promise<{ port: number; origin: string }> {
  const origin = (await program.line(/^Aperto is at /)).replace('Aperto is at ', '');
  return { origin, port: Number(new URL(origin).port) };
}

async function taken(): Promise<number> {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  return (other.address() as AddressInfo).port;
}

/** Nobody listens there any more: it can be listened on again, and nothing else holds it. */
async function expectFree(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const [error] = (await once(socket, 'error').catch((reason: Error) => [reason])) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
}

/** A bridge whose server program has a child that ignores SIGTERM; `pids` are those two. */
async function startStubborn(target: number) {
  const stubborn = `process.on('SIGTERM', () => {}); console.log(process.pid); require('node:net').createServer((s) => s.on('error', () => {})).listen(${target}, '127.0.0.1')`;
  const server = `'${process.execPath}' -e "${stubborn}" & wait`;
  const program = start('--wire', 'direct', '--http', '127.0.0.1:0', '--target', `:${target}`, '--server', server);
  const bridge = await listening(program);
  const page = await Page.open(bridge);
  const hello = await page.message('hello', ({ server }) => server.state === 'listening' && server.output.length > 0);
  const pids = [hello.server.pid!, Number(hello.server.output[0]!.line)];
  expect(pids.map(isAlive)).toEqual([true, true]);
  return { program, bridge, page, pids };
}

test('prints its URL first, and serves there', async () => {
  const target = await freePort();
  const program = start('--http', '127.0.0.1:0', '--target', `localhost:${target}`);
  const { origin } = await listening(program);
  expect(await (await fetch(`${origin}/health`)).json()).toMatchObject({ target: `127.0.0.1:${target}` });
  await program.line(/^The wire is direct: .* cannot be moved/);
  // A machine that may not capture packets says that too.
  expect(program.out.filter((line) => !/^(Packets are not captured:|It runs as root)/.test(line))).toHaveLength(2);
  expect(program.out.filter((line) => line.startsWith('It runs as root, and needs no root'))).toHaveLength(
    process.getuid?.() === 0 ? 1 : 0,
  );
  expect(program.err).toEqual([]);
});

test('prints the URL when its server listens: a run that starts at once gets a reply', async () => {
  const attempt = async () => {
    const target = await freePort();
    const late = `setTimeout(() => net.createServer((s) => s.resume().end('late')).listen(${target}, '127.0.0.1'), 400)`;
    const server = `'${process.execPath}' -e "${late}"`;
    const startedAt = performance.now();
    const program = start('--wire', 'direct', '--http', '127.0.0.1:0', '--target', `:${target}`, '--server', server);
    const page = await Page.open(await listening(program));
    const tookMs = performance.now() - startedAt;
    const { done } = await page.run(plainScript(1n));
    return { tookMs, done };
  };
  let last = await attempt();
  // It waits for its server for so long: on a busy machine a program may take longer to listen.
  while (last.done.outcome === 'refused' && last.tookMs > 2000) last = await attempt();
  expect(last.done).toMatchObject({ outcome: 'replied', reply: { text: 'late' } });
});

test('prints the URL even if its server never listens', async () => {
  const target = await freePort();
  const program = start('--http', '127.0.0.1:0', '--target', `:${target}`, '--server', 'exec sleep 60');
  const { origin } = await listening(program);
  expect(await (await fetch(`${origin}/health`)).json()).toMatchObject({ server: { state: 'starting' } });
});

test('open to other machines: one sentence says so, with URLs that work; the token is in no environment', async () => {
  const target = await freePort();
  const program = startNode([...BRIDGE, '--wire', 'direct', '--http', '0.0.0.0:0', '--target', `:${target}`], {
    env: { ...process.env, APERTO_TOKEN: 'chosen-by-the-owner', APERTO_SERVER: 'echo "told: $APERTO_TOKEN"' },
  });
  const { origin: url, port } = await listening(program);
  expect(url).toBe(`http://127.0.0.1:${port}/?token=chosen-by-the-owner`);
  const said = await program.line(/^It is open to other machines/);
  expect(said).toMatch(/anyone who has the token in its URL can use it, but not start or stop the server program: /);
  const others = said.match(/http:\S+/g) ?? [];
  const facts = async (at: string) => (await fetch(at.replace('/?', '/health?'))).json() as Promise<Hello>;
  for (const other of [url, ...others]) expect(await facts(other)).toMatchObject({ mayControl: false });
  expect(others.filter((other) => !other.endsWith(`:${port}/?token=chosen-by-the-owner`))).toEqual([]);
  await until(async () => (await facts(url)).server.state === 'exited');
  expect((await facts(url)).server.output).toEqual([{ stream: 'stdout', line: 'told: ' }]);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(401);
});

test('behind a proxy: the URL under which the proxy serves the page, with a token that works', async () => {
  const named = ['--allow-host', 'aperto.example', '--allow-origin', 'https://aperto.example'];
  const others = ['--http', '127.0.0.1:0', '--target', `:${await freePort()}`, '--trusted-proxy', '127.0.0.1'];
  const program = start(...others, ...named);
  const { origin: url, port } = await listening(program);
  const token = new URL(url).searchParams.get('token')!;
  const said = await program.line(/^It is open to other machines/);
  expect(said).toContain(`but not start or stop the server program: https://aperto.example/?token=${token}`);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(401);
  expect((await fetch(`http://127.0.0.1:${port}/health?token=${token}`)).status).toBe(200);
});

test('--token: the URL has a token, on 127.0.0.1 too', async () => {
  const program = start('--http', '127.0.0.1:0', '--target', `:${await freePort()}`, '--token');
  const { origin: url, port } = await listening(program);
  expect(url).toMatch(/\/\?token=[\w-]{32}$/);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(401);
  expect((await fetch(url.replace('/?', '/health?'))).status).toBe(200);
});

test('nothing that a server prints, or a request holds, reaches the terminal as a command', async () => {
  const hostile = fileURLToPath(new URL('../fixtures/servers/hostile.mjs', import.meta.url));
  const target = await freePort();
  const server = `'${process.execPath}' '${hostile}' ${target}`;
  const program = start('--wire', 'direct', '--http', '127.0.0.1:0', '--target', `:${target}`, '--server', server);
  const { port, origin } = await listening(program);
  const page = await Page.open({ port, origin });
  await page.message('hello', ({ server: { output } }) => output.length > 0);
  expect((await page.run(plainScript(1n))).done.reply!.text).toContain('\u001b[2J');
  for (const sent of [
    'GET /\u009b31m%zz HTTP/1.1\r\n\r\n',
    '\u001b[2J\r\n\r\n',
    `GET /\u009b2J HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
  ])
    expect((await raw(port, sent)).status).toBeGreaterThanOrEqual(400);
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect([...program.out, ...program.err].join('')).not.toMatch(/[^\P{C}]/u);
});

test('--help lists the options and exits with 0', async () => {
  const program = start('--help');
  expect(await program.ended).toBe(0);
  expect(program.out.join('\n')).toContain('--allow-origin');
  expect(program.err).toEqual([]);
});

test.each([
  ['--http', 'nonsense'],
  ['--nonsense', ''],
  ['--target', 'no-such-host.invalid:1'],
])('%s %s: a sentence, the usage, exit code 2', async (...args) => {
  const program = start(...args);
  expect(await program.ended).toBe(2);
  expect(program.err[0]).toMatch(/BAD_OPTION/);
  expect(program.err.join('\n')).toContain('--http HOST:PORT');
  expect(program.out).toEqual([]);
});

test('--wire lab with a server that cannot be moved there: a sentence, exit code 1', async () => {
  const program = start('--wire', 'lab', '--http', '127.0.0.1:0', '--target', `:${await freePort()}`);
  expect(await program.ended).toBe(1);
  expect(program.err).toEqual([expect.stringMatching(/did not start the server.*WIRE_UNAVAILABLE/)]);
});

test('the http port is taken: one sentence with what to do, exit code 1, and no server program was started', async () => {
  const port = await taken();
  const target = await freePort();
  const program = start(
    '--http',
    `127.0.0.1:${port}`,
    '--server',
    `echo started >&2; exec sleep 60`,
    '--target',
    `:${target}`,
  );
  expect(await program.ended).toBe(1);
  expect(program.out).toEqual([]);
  expect(program.err).toEqual([
    `127.0.0.1:${port} is taken by another program: choose another with --http HOST:PORT. (ADDRESS_IN_USE)`,
  ]);
});

test('an address that this machine does not have: one sentence, exit code 1', async () => {
  const program = start('--http', '192.0.2.1:0', '--target', ':1');
  expect(await program.ended).toBe(1);
  expect(program.out).toEqual([]);
  expect(program.err).toEqual([expect.stringMatching(/192\.0\.2\.1.*--http/)]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends everything within a second: the server program, a hanging run, a page that does not read',
  async (signal) => {
    const attempt = async (): Promise<number> => {
      const target = await freePort();
      const { program, bridge, page, pids } = await startStubborn(target);
      const id = page.start([{ do: 'recv' }]);
      await page.message('steps', (message) => message.id === id);
      page.socket.pause();
      const startedAt = performance.now();
      program.child.kill(signal);
      const status = await program.ended;
      await until(() => !pids.some(isAlive));
      const tookMs = performance.now() - startedAt;
      // A bridge that is held up for longer ends itself, with another status.
      if (tookMs < 1000) expect(status).toBe(0);
      await expectFree(bridge.port);
      await expectFree(target);
      expect(program.err).toEqual([]);
      return tookMs;
    };
    expect(await quickest(1000, attempt)).toBeLessThan(1000);
  },
);

test('ends at once if nothing hangs', async () => {
  const target = await startServer((socket) => socket.end());
  const program = start('--http', '127.0.0.1:0', '--target', `:${target}`);
  const { port } = await listening(program);
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await expectFree(port);
});

test('the bridge dies by SIGKILL: its server program ends too, even one that ignores SIGTERM, and the port is free', async () => {
  const target = await freePort();
  const { program, pids } = await startStubborn(target);
  const children = descendants(program.child.pid!);
  program.child.kill('SIGKILL');
  await program.ended;
  await until(() => ![...pids, ...children].some(isAlive));
  // A process may have ended for its parent while one of its threads still holds the port.
  await vi.waitFor(() => expectFree(target));
});

test('a process that ends by itself says why in its last line', async () => {
  const throws = startNode(
    withFault(`setImmediate(() => { throw Object.assign(new Error('broken \\x1b[2J'), { code: 'EBROKEN' }); })`),
  );
  expect(await throws.ended).toBe(1);
  expect(throws.err.at(-1)).toBe('Aperto ended because of an error that it did not expect: broken \\x1b[2J (EBROKEN)');
  expect(throws.err.join('\n')).toContain('    at ');
  const rejects = startNode(withFault(`Promise.reject('a word')`));
  expect(await rejects.ended).toBe(1);
  expect(rejects.err).toEqual(['Aperto ended because of an error that it did not expect: a word']);
  const unknown = start('--unknown');
  expect(await unknown.ended).toBe(2);
  expect(unknown.err.at(-1)).toContain('(BAD_OPTION)');
});

/** A bridge in which something goes wrong once it has printed its URL. */
function withFault(fault: string): string[] {
  const [type, flag, code, end] = BRIDGE as [string, string, string, string];
  const inside = `const { write } = process.stdout; process.stdout.write = (...given) => { if (/Aperto is at/.test(given[0])) setImmediate(() => { ${fault} }); return write.apply(process.stdout, given); };`;
  return [type, flag, inside + code, end, '--wire', 'direct', '--http', '127.0.0.1:0', '--target', ':1'];
}
