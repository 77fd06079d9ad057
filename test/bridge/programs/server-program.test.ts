import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { Call } from '../../../bridge/trace/step.ts';
import { ServerProgram, type ServerProgramOptions } from '../../../bridge/programs/server-program.ts';
import { startOwning } from '../../helpers/bridge.ts';
import { freePort } from '../../helpers/free-port.ts';
import { Page } from '../../helpers/clients/page.ts';
import { isAlive } from '../../helpers/programs/program.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { statusOf } from '../../helpers/programs/source-status.ts';
import { exchange } from '../../helpers/clients/tcp-client.ts';
import { calls, expectCausal, states } from '../../helpers/trace-checks.ts';
import { until } from '../../helpers/until.ts';

const NODE = `"${process.execPath}"`;
const NUMBER_SERVER = `${NODE} dist/server/main.js --port PORT`;
const ONE_CONNECTION = 'python3 test/fixtures/servers/one_connection.py PORT';

/** Starts a program on a free port; it and its children end with the test. `PORT` in the line is that port. */
async function start(line: string, more: Partial<ServerProgramOptions> = {}) {
  const port = await freePort();
  const probe = pathToFileURL('dist/bridge/probe/probe.js').href;
  const options = { port, probe, restart: false, ...more };
  const program = new ServerProgram({ command: () => ({ line: line.replaceAll('PORT', String(port)) }), ...options });
  onTestFinished(() => program.stop());
  program.start();
  const state = (wanted: string) => until(() => program.status().state === wanted);
  return { program, port, state };
}

test('starts, listens, and stops with exit code and pid gone', async () => {
  const { program, port, state } = await start(NUMBER_SERVER);
  expect(program.status()).toMatchObject({ state: 'starting', output: [] });
  await state('listening');
  expect(statusOf(program, 'server-probe')).toEqual({ name: 'server-probe', active: true });
  expect((await exchange(port, { sends: ['0079'] })).reply).toBe('c38d4d504152');
  const { pid } = program.status();
  await program.stop();
  expect(program.status()).toMatchObject({ state: 'stopped' });
  expect(program.status().pid).toBeUndefined();
  expect(isAlive(pid!)).toBe(false);
  await expect(exchange(port, { sends: [] })).rejects.toThrow('ECONNREFUSED');
});

test('a running program cannot be started again; one that has ended can', async () => {
  const { program, state } = await start(NUMBER_SERVER);
  expect(() => program.start()).toThrow(expect.objectContaining({ code: 'SERVER_RUNNING' }));
  await state('listening');
  expect(() => program.start()).toThrow(expect.objectContaining({ code: 'SERVER_RUNNING' }));
  await program.stop();
  program.start();
  await state('listening');
});

test('the program’s children end with it, even if they ignore SIGTERM', async () => {
  const stubborn = `process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)`;
  const { program } = await start(`${NODE} -e "${stubborn}" & ${NODE} -e "${stubborn}" & wait`);
  await until(() => program.status().output.length === 2);
  const pids = program.status().output.map(({ line }) => Number(line));
  expect(pids.map(isAlive)).toEqual([true, true]);
  await program.stop();
  await until(() => !pids.some(isAlive));
});

test.skipIf(spawnSync('setsid', ['--version']).status !== 0)(
  'a child that left the group and holds the output does not delay the end',
  async () => {
    const { program } = await start(`setsid sh -c 'echo $$; exec sleep 60' & wait`);
    await until(() => program.status().output.length === 1);
    const pid = Number(program.status().output[0]!.line);
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    await program.stop();
    expect(program.status().state).toBe('stopped');
  },
);

test.each<[string, object]>([
  ['exit 3', { exitCode: 3 }],
  ['kill -9 $$', { signal: 'SIGKILL' }],
  ['no-such-program-here', { exitCode: 127 }],
])('a program that ends by itself (%s) has exited, and how', async (line, how) => {
  const { program, state } = await start(line);
  await state('exited');
  expect(program.status()).toMatchObject(how);
  expect(program.status().pid).toBeUndefined();
});

test('keeps the last fifty lines of both outputs, and no line longer than two thousand', async () => {
  const { program, state } = await start(
    `${NODE} -e "for (let i = 0; i < 80; i++) console.log('line', i)"; ${NODE} -e "console.error('x'.repeat(5000))"; printf 'no end'`,
  );
  await state('exited');
  const { output } = program.status();
  expect(output).toHaveLength(50);
  expect(output).toContainEqual({ stream: 'stdout', line: 'line 79' });
  expect(output.find(({ stream }) => stream === 'stderr')?.line).toBe('x'.repeat(2000));
  expect(output.at(-1)?.line === 'no end' || output.at(-2)?.line === 'no end').toBe(true);
});

test('--restart: starts again if it ends by itself, and not if it was stopped', async () => {
  const { program, port, state } = await start(`${NUMBER_SERVER} --once`, { restart: true });
  await state('listening');
  const first = program.status().pid;
  // The client ends last, so that the port is not held.
  await exchange(port, { sends: ['02'], shutdown: true });
  await until(() => program.status().pid !== undefined && program.status().pid !== first);
  await program.stop();
  expect(program.status().state).toBe('stopped');
  expect(() => program.start()).not.toThrow();
});

test('--restart: a stop between an end and the restart prevents the restart', async () => {
  const { program, state } = await start('exit 1', { restart: true });
  await state('exited');
  await program.stop();
  expect(program.status().state).toBe('stopped');
  program.start();
  await state('exited');
});

test('a program that writes something else to the probe’s descriptor does no harm', async () => {
  const lines = [
    'null',
    '5',
    '[]',
    '{}',
    '{"what":"listen"}',
    '{"what":"__proto__"}',
    '{"what":"accept","local":7}',
    '{{{',
  ];
  const { program, state } = await start(
    `for line in ${lines.map((line) => `'${line}'`).join(' ')}; do echo "$line" >&3; done; head -c 300000 /dev/zero >&3`,
  );
  await state('exited');
  expect(program.status()).toMatchObject({ exitCode: 0 });
  expect(statusOf(program, 'server-probe').active).toBe(false);
});

test('a wrapper that is a Node program, as npm is: its probe reports that it sees nothing', async () => {
  const wrapper = `const { spawn } = require('node:child_process'); spawn(process.execPath, ['dist/server/main.js', '--port', 'PORT'], { stdio: 'inherit' })`;
  const { program, port, state } = await start(`${NODE} -e "${wrapper}"`);
  await state('listening');
  // The kernel's list, the probes and what is printed come on ways of their own.
  await until(() => statusOf(program, 'server-probe').why === 'NO_PROBE_IN_SERVER');
  await until(() => program.status().output.length > 0);
  expect(statusOf(program, 'server-probe')).toEqual({ name: 'server-probe', active: false, why: 'NO_PROBE_IN_SERVER' });
  expect(statusOf(program, 'server-listener')).toMatchObject({ active: true });
  expect(program.status().output.map(({ line }) => line)).toEqual([`listening on 127.0.0.1:${port}`]);
});

test('through a bridge: start, stop, and both refused at the wrong time', async () => {
  const page = await Page.open(await startOwning());
  const state = (wanted: string, from = 0) => page.message('hello', ({ server }) => server.state === wanted, from);
  expect(await page.complaint({ type: 'server', action: 'start' })).toMatchObject({ code: 'SERVER_RUNNING' });
  page.send({ type: 'server', action: 'stop' });
  await state('stopped');
  expect(await page.complaint({ type: 'server', action: 'stop' })).toMatchObject({ code: 'SERVER_NOT_RUNNING' });
  expect((await page.run(plainScript(1n))).done.outcome).toBe('refused');
  const from = page.messages.length;
  page.send({ type: 'server', action: 'start' });
  await state('listening', from);
  const { done, steps } = await page.run(plainScript(1n));
  expect(done.outcome).toBe('replied');
  expect(calls(steps).find(({ name }) => name === 'accept')?.evidence).toBe('observed');
});

test('the probe reports on a server behind a shell too', async () => {
  const page = await Page.open(await startOwning({ server: `${NUMBER_SERVER}; true` }));
  const { steps } = await page.run(plainScript(1n));
  const server = calls(steps).filter(({ side, evidence }) => side === 'server' && evidence === 'observed');
  expect(server.map(({ name }) => name)).toEqual(['listen', 'accept', 'recv', 'send', 'close']);
});

test('a line that names a client belongs to its run alone', async () => {
  const printing = `const s = require('node:net').createServer((c) => {
    console.log('from', c.remotePort); c.once('data', () => c.end('ok')); }).listen(PORT, '127.0.0.1')`;
  const page = await Page.open(await startOwning({ server: `${NODE} -e "${printing.replace(/\n\s*/g, ' ')}"` }));
  const ids = Array.from({ length: 16 }, () => page.start([{ do: 'send', hex: '00' }, { do: 'recv' }]));
  for (const id of ids) await page.message('done', (done) => done.id === id);
  let lineCount = 0;
  for (const id of ids) {
    const steps = page.steps(id);
    const { peer } = calls(steps).find(({ name, side }) => side === 'server' && name === 'accept')!;
    const lines = steps.flatMap((step) => (step.kind === 'output' ? [step.line] : []));
    // A line may come after its run is over.
    expect([[], [`from ${peer!.split(':')[1]}`]]).toContainEqual(lines);
    lineCount += lines.length;
  }
  expect(lineCount).toBeGreaterThan(0);
});

/** The first run gets a reply, the second a refusal. Between them the bridge reports the server's end and its lines. */
async function expectOneConnection(server: string, printed: RegExp): Promise<Page> {
  const page = await Page.open(await startOwning({ server }));
  const { done, steps } = await page.run(plainScript(121n));
  expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
  expectCausal(steps);
  const exited = await page.message('hello', (hello) => hello.server.state === 'exited');
  expect(exited.server).toMatchObject({ exitCode: 0 });
  expect(exited.server.output.map(({ line }) => line).join('\n')).toMatch(printed);
  const second = await page.run(plainScript(121n));
  expect(second.done).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
  expectCausal(second.steps);
  return page;
}

test('a server of one connection: a reply, then its exit, then a refusal', async () => {
  await expectOneConnection(`${NUMBER_SERVER} --once`, /^listening on .*\nconnection from /);
});

test.skipIf(!PYTHON)('the same in Python, without SO_REUSEADDR: started again, its port may be taken', async () => {
  const page = await expectOneConnection(ONE_CONNECTION, /^connected by /);
  const from = page.messages.length;
  page.send({ type: 'server', action: 'start' });
  const exited = await page.message('hello', ({ server }) => server.state === 'exited', from);
  expect(exited.server.exitCode).toBe(1);
  expect(exited.server.output.map(({ line }) => line).join('\n')).toMatch(/Address already in use/);
});

test.skipIf(!PYTHON)(
  'a program without a tracer: the kernel shows that it listens and waits in accept(); the rest is inferred',
  async () => {
    const bridge = await startOwning({ server: ONE_CONNECTION, calls: 'watch' });
    const { sources, server } = await bridge.health();
    expect(server.state).toBe('listening');
    expect(sources.filter(({ active }) => active).map(({ name }) => name)).toEqual([
      'client-socket',
      'server-syscalls',
      'server-output',
      'server-listener',
    ]);
    const { steps } = await (await Page.open(bridge)).run(plainScript(8n));
    expectCausal(steps);
    expect(states(steps, 'server')[0]).toMatchObject({ to: 'LISTEN', evidence: 'observed' });
    expect(states(steps, 'server')[0]!.at).toBeLessThan(0);
    const serverCalls = calls(steps).filter(({ side }) => side === 'server');
    const evidence = (wanted: Call['name']) =>
      serverCalls.filter(({ name }) => name === wanted).map((call) => call.evidence);
    expect(evidence('accept')).toEqual(['observed']);
    expect(serverCalls.find(({ name }) => name === 'accept')).toMatchObject({ result: 'ok', within: {} });
    // Only by chance does a look see a recv() that is over at once.
    expect(['', 'observed']).toContain(evidence('recv').join());
    for (const unseen of ['socket', 'bind', 'listen', 'send', 'close'] as const)
      expect(evidence(unseen)).toEqual(['inferred']);
  },
);

test('the bridge makes no connection while a program starts: the first client is the only one', async () => {
  const { program, port, state } = await start(`${NUMBER_SERVER} --once`);
  await state('listening');
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  await until(() => program.status().output.length === 2);
  socket.end(Buffer.from('0079', 'hex'));
  await state('exited');
  expect(program.status()).toMatchObject({ exitCode: 0 });
});

test('a page is sent each printed line once, however much the server prints', async () => {
  const talkative = `const { createServer } = require('node:net'); let line = 0; createServer().listen(PORT, '127.0.0.1', () => setInterval(() => console.log('x'.repeat(1000), line++), 2))`;
  const bridge = await startOwning({ server: `exec ${NODE} -e "${talkative}"` });
  const page = await Page.open(bridge);
  const from = page.messages.length;
  const { server } = await page.message('hello', (hello) => (hello.server.printed ?? 0) > 400, from);
  const sent = page.messages.slice(from).flatMap((message) => (message.type === 'hello' ? message.server.output : []));
  expect(sent.length).toBeLessThan(server.printed! + 100);
  const numbers = sent.map(({ line }) => Number(line.split(' ')[1]));
  expect(numbers.at(-1)).toBe(server.printed! - 1);
});

test('nobody waits longer for a program than it may take to listen', async () => {
  const { program } = await start('exec sleep 60', { patienceMs: 50 });
  await program.started();
  expect(program.status()).toMatchObject({ state: 'starting' });
  expect(program.started()).toBeUndefined();
});
