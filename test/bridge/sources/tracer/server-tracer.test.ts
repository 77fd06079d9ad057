import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ServerProgram, type ServerProgramOptions } from '../../../../bridge/programs/server-program.ts';
import type { CallsChoice } from '../../../../bridge/protocol/calls-choice.ts';
import type { Hello } from '../../../../bridge/protocol/messages.ts';
import type { Script } from '../../../../bridge/trace/script.ts';
import type { Call, Step } from '../../../../bridge/trace/step.ts';
import { startOwning } from '../../../helpers/bridge.ts';
import { exchange } from '../../../helpers/clients/tcp-client.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { descendants } from '../../../helpers/programs/descendants.ts';
import { whyNoLab } from '../../../helpers/programs/lab.ts';
import { PYTHON } from '../../../helpers/programs/python.ts';
import { isAlive } from '../../../helpers/programs/program.ts';
import { statusOf } from '../../../helpers/programs/source-status.ts';
import { calls, expectCausal, states } from '../../../helpers/trace-checks.ts';
import { until } from '../../../helpers/until.ts';
import { unreadAtClose } from '../../../../web/reading/unread-at-close.ts';

const isLinux = process.platform === 'linux';
const NODE = `"${process.execPath}"`;
const BLOCKING = `${NODE} test/fixtures/servers/blocking.mjs PORT`;
const NUMBER_SERVER = `${NODE} dist/server/main.js --port PORT`;
const python = (file: string) => `python3 test/fixtures/traced/${file} PORT`;

/** Says something, reads the answer, and closes first. */
const HELLO: Script = [{ do: 'send', hex: '68656c6c6f' }, { do: 'recv', bytes: 5 }, { do: 'close' }];

/** The client ends its side, and hears the end of the other. */
const HELLO_AND_WAIT: Script = [
  { do: 'send', hex: '68656c6c6f' },
  { do: 'recv', bytes: 5 },
  { do: 'shutdown' },
  { do: 'recv' },
  { do: 'close' },
];

async function start(line: string, more: Partial<ServerProgramOptions> = {}) {
  const port = await freePort();
  const program = new ServerProgram({
    command: () => ({ line: line.replaceAll('PORT', String(port)) }),
    port,
    probe: pathToFileURL('dist/bridge/probe/probe.js').href,
    restart: false,
    calls: 'auto',
    ...more,
  });
  onTestFinished(() => program.stop());
  program.start();
  await until(() => program.status().state !== 'starting');
  return { program, port };
}

const ofServer = (steps: readonly Step[]): Call[] => calls(steps).filter(({ side }) => side === 'server');
const names = (steps: readonly Step[]): string[] => ofServer(steps).map(({ name }) => name);
const LISTENING = ['socket', 'bind', 'listen'];

/** Every call of the server was seen, none is guessed, and no call lies inside another. */
function expectAllSeen(steps: readonly Step[]): void {
  expectCausal(steps);
  const seen = ofServer(steps);
  expect(seen.filter(({ evidence }) => evidence !== 'observed')).toEqual([]);
  for (const [index, call] of seen.entries())
    if (index > 0) expect(call.startedAt).toBeGreaterThanOrEqual(seen[index - 1]!.returnedAt ?? Infinity);
}

describe.skipIf(!isLinux).each([
  ['direct', undefined],
  ['lab', whyNoLab],
] as const)('on the wire %s', (wire, missing) => {
  const play = async (server: string, script: Script, runs = 1) => {
    const page = await Page.open(await startOwning({ wire, server }));
    const played = [];
    for (let run = 0; run < runs; run += 1) played.push(await page.run(script));
    return played;
  };

  test.skipIf(missing)('every call of an unchanged program is observed, with its bytes; none is inferred', async () => {
    for (const { done, steps } of await play(`${python('blocking.py')} 3`, HELLO, 2)) {
      expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'HELLO' } });
      expect(done.sources).toContainEqual({ name: 'server-tracer', tells: 'calls', side: 'server', active: true });
      expect(done.sources.find(({ name }) => name === 'server-syscalls')).toMatchObject({
        active: false,
        why: 'SERVER_HAS_TRACER',
      });
      expectAllSeen(steps);
      expect(names(steps)).toEqual([...LISTENING, 'accept', 'recv', 'send', 'recv', 'close']);
      const [accept, recv, send, end] = ofServer(steps).slice(3);
      expect(accept!.startedAt).toBeLessThan(0);
      expect(accept!.systemCall).toMatch(/^accept4?$/);
      expect(recv!.systemCall).toBe('recvfrom');
      expect(accept!.thread).toBe(accept!.process);
      expect(accept!.peer).toMatch(/^(127\.0\.0\.1|10\.77\.0\.1):\d+$/);
      expect(recv).toMatchObject({ bytes: 5, payload: '68656c6c6f', result: 'ok' });
      expect(send).toMatchObject({ bytes: 5, payload: '48454c4c4f', result: 'ok' });
      expect(end).toMatchObject({ bytes: 0 });
    }
  });

  test.skipIf(missing)('a program with epoll blocks in epoll_wait(), and its accept4() returns at once', async () => {
    for (const { done, steps } of await play(python('epoll.py'), HELLO, 2)) {
      expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'HELLO' } });
      expectAllSeen(steps);
      const served = ofServer(steps).filter(({ startedAt, name }) => !LISTENING.includes(name) && startedAt > -1e9);
      const [first, accept] = served;
      expect(first).toMatchObject({ name: 'epoll_wait', result: 'ok' });
      expect(first!.startedAt).toBeLessThan(0);
      expect(accept).toMatchObject({ name: 'accept', result: 'ok' });
      // It began after the connection was there: it did not wait for it.
      expect(accept!.startedAt).toBeGreaterThanOrEqual(first!.returnedAt!);
      expect(served.map(({ name }) => name).filter((name) => name !== 'epoll_wait')).toEqual([
        'accept',
        'recv',
        'send',
        'recv',
        'close',
      ]);
    }
  });

  test.skipIf(missing)(
    'one send() of a million bytes is one, and a recv() that waits for nine bytes is one',
    async () => {
      const nine: Script = [
        { do: 'send', hex: '0102' },
        { do: 'wait', ms: 30 },
        { do: 'send', hex: '03040506070809' },
        { do: 'recv', bytes: 1_000_000 },
        { do: 'close' },
      ];
      const [{ done, steps } = fail()] = await play(python('million.py'), nine);
      expect(done.outcome).toBe('replied');
      expectAllSeen(steps);
      const sends = ofServer(steps).filter(({ name }) => name === 'send');
      expect(sends.map(({ bytes }) => bytes)).toEqual([1_000_000]);
      expect(ofServer(steps).find(({ name }) => name === 'recv')).toMatchObject({
        bytes: 9,
        payload: '010203040506070809',
      });
    },
  );

  test.skipIf(missing)('an accept() that nobody made is not told', async () => {
    const script: Script = [{ do: 'send', hex: '0079' }, { do: 'wait', ms: 50 }, { do: 'close' }];
    const [{ done, steps } = fail()] = await play(python('never_accepts.py'), script);
    expect(done.outcome).toBe('silent');
    expect(names(steps)).toEqual(LISTENING);
  });

  test.skipIf(missing)('a process for each connection: what the child does is told too', async () => {
    const [{ steps } = fail()] = await play(python('forks.py'), HELLO);
    expectCausal(steps);
    expect(ofServer(steps).filter(({ evidence }) => evidence !== 'observed')).toEqual([]);
    expect(names(steps).toSorted()).toEqual(
      [...LISTENING, 'accept', 'fork', 'recv', 'send', 'recv', 'close'].toSorted(),
    );
    const fork = ofServer(steps).find(({ name }) => name === 'fork')!;
    const child = ofServer(steps).find(({ name }) => name === 'close')!;
    expect(fork).toMatchObject({ value: String(child.process), result: 'ok' });
    expect(fork.process).not.toBe(child.process);
  });

  test.skipIf(missing)('a connection that is passed to another process ends with the close() of that one', async () => {
    const [{ steps } = fail()] = await play(python('passes.py'), HELLO);
    expectCausal(steps);
    expect(ofServer(steps).filter(({ evidence }) => evidence !== 'observed')).toEqual([]);
    // Python asks each socket that it gets for its kind.
    const kinds = ['getsockopt', 'getsockopt'];
    expect(names(steps)).toEqual([...LISTENING, 'accept', ...kinds, 'recv', 'send', 'recv', 'close']);
    const [accept, ...others] = ofServer(steps).slice(LISTENING.length);
    for (const { process } of others) expect(process).not.toBe(accept!.process);
  });

  test.skipIf(missing)('a close_range() that only marks descriptors closes none', async () => {
    const [{ steps } = fail()] = await play(python('marks.py'), HELLO);
    expectAllSeen(steps);
    expect(names(steps)).toEqual([...LISTENING, 'accept', 'recv', 'send', 'recv', 'close']);
  });
  test.skipIf(missing)(
    'a connection that ends with its process: exit() is told, and is the cause of its FIN',
    async () => {
      const [, { steps, done } = fail()] = await play(python('leaves.py'), HELLO_AND_WAIT, 2);
      expect(done.outcome).toBe('replied');
      expectCausal(steps);
      expect(names(steps)).toEqual([...LISTENING, 'accept', 'setsockopt', 'recv', 'send', 'recv', 'exit']);
      const exit = ofServer(steps).at(-1)!;
      expect(exit).toMatchObject({ args: ['0'], systemCall: 'exit_group', evidence: 'observed' });
      const fin = steps.find((step) => step.kind === 'segment' && step.from === 'server' && step.flags.includes('FIN'));
      expect(fin).toMatchObject({ causedBy: exit.id });
      expect(states(steps, 'server').some(({ to }) => to === 'LAST_ACK')).toBe(true);
    },
  );

  test.skipIf(missing)('a signal that wakes a thread inside a call does not end the call', async () => {
    const page = await Page.open(await startOwning({ wire, server: `exec ${python('signals.py')}` }));
    const { server } = await page.message('hello', (hello) => hello.server.output.length > 0);
    // In the lab, the program has another number of its own.
    const pid = wire === 'direct' ? Number(server.output[0]!.line) : descendants(server.pid!).at(-1)!;
    const signal = () => process.kill(pid, 'SIGUSR1');
    signal();
    const id = page.start([{ do: 'wait', ms: 1000 }, ...HELLO]);
    await until(() => page.steps(id).some((step) => step.id === 'server.recv.0'));
    signal();
    await page.message('done', (done) => done.id === id);
    expectAllSeen(page.steps(id));
    expect(names(page.steps(id))).toEqual([...LISTENING, 'accept', 'recv', 'send', 'recv', 'close']);
  });

  test.skipIf(missing)('a blocked call is told while it blocks', async () => {
    const page = await Page.open(await startOwning({ wire, server: python('blocking.py') }));
    const id = page.start([{ do: 'wait', ms: 2000 }, { do: 'close' }]);
    const blocked = () => page.steps(id).some((step) => step.kind === 'call' && step.id === 'server.recv.0');
    await until(blocked);
    expect(ofServer(page.steps(id)).at(-1)).toMatchObject({ name: 'recv', evidence: 'observed' });
    expect(ofServer(page.steps(id)).at(-1)!.returnedAt).toBeUndefined();
    page.send({ type: 'cancel', id });
    await page.message('done');
  });
});

function fail(): never {
  throw new Error('There was no run.');
}

describe.skipIf(!isLinux)('which source speaks for a program', () => {
  test.each<[string, CallsChoice, string, string]>([
    [python('blocking.py'), 'auto', 'server-tracer', ''],
    [python('blocking.py'), 'tracer', 'server-tracer', ''],
    [python('blocking.py'), 'probe', 'server-syscalls', 'TRACER_NOT_ASKED'],
    [python('blocking.py'), 'watch', 'server-syscalls', 'TRACER_NOT_ASKED'],
    [python('blocking.py'), 'none', '', 'TRACER_NOT_ASKED'],
    [NUMBER_SERVER, 'auto', 'server-probe', 'SERVER_HAS_PROBE'],
    [NUMBER_SERVER, 'tracer', 'server-tracer', ''],
    [NUMBER_SERVER, 'watch', 'server-syscalls', 'TRACER_NOT_ASKED'],
  ])('%s with --calls %s: %s', async (line, choice, active, why) => {
    const { program } = await start(line, { calls: choice });
    expect(program.status().state).toBe('listening');
    const speaking = program.sources.map((source) => source.status()).filter((status) => status.active);
    const ofCalls = speaking.map(({ name }) => name).filter((name) => /tracer|probe|syscalls/.test(name));
    expect(ofCalls).toEqual(active ? [active] : []);
    if (why) expect(statusOf(program, 'server-tracer')).toMatchObject({ active: false, why });
  });

  test('stopped: nothing is left of the program and its tracer; started again, it is traced again', async () => {
    const { program, port } = await start(`echo $$; ${BLOCKING}; true`, { calls: 'tracer' });
    expect(statusOf(program, 'server-tracer')).toEqual({ name: 'server-tracer', active: true });
    const pids = [program.status().pid!, Number(program.status().output[0]!.line)];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await program.stop(true);
    expect(program.status().state).toBe('stopped');
    await until(() => !pids.some(isAlive));
    expect(statusOf(program, 'server-tracer').why).toBe('NOT_SEEN_LISTENING');
    program.start();
    await until(() => program.status().state === 'listening');
    expect(statusOf(program, 'server-tracer')).toMatchObject({ active: true });
    expect((await exchange(port, { sends: ['0079'] })).reply).toBe('0079');
  });

  test.each<[string, object]>([
    ['exit 3', { exitCode: 3 }],
    ['kill -9 $$', { signal: 'SIGKILL' }],
    ['no-such-program-here', { exitCode: 127 }],
  ])('a program that ends by itself (%s) has exited, and how', async (line, how) => {
    const { program } = await start(line);
    expect(program.status()).toMatchObject({ state: 'exited', ...how });
  });

  test('the program ends with its tracer, and that is said; it can be started again', async () => {
    const { program, port } = await start(python('never_accepts.py'));
    const { pid } = program.status();
    const tracer = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]);
    process.kill(tracer, 'SIGKILL');
    await until(() => program.status().state === 'exited');
    expect(program.status()).toMatchObject({ signal: 'SIGKILL' });
    expect(isAlive(pid!)).toBe(false);
    program.start();
    await until(() => program.status().state === 'listening');
    expect(port).toBeGreaterThan(0);
  });

  test('a process that outlives the program does not keep it from having exited', async () => {
    const { program } = await start('sleep 100 >/dev/null 2>&1 3>&1 & echo $!; exit 4');
    expect(program.status()).toMatchObject({ state: 'exited', exitCode: 4 });
    const sleeper = Number(program.status().output[0]!.line);
    expect(isAlive(sleeper)).toBe(true);
    process.kill(sleeper, 'SIGKILL');
  });

  test('the number of the program is its own, not its tracer’s', async () => {
    const { program } = await start(`exec ${python('never_accepts.py')}`);
    process.kill(program.status().pid!, 'SIGTERM');
    await until(() => program.status().state === 'exited');
    expect(program.status()).toMatchObject({ signal: 'SIGTERM' });
  });

  test('the call in which the program waits is that of the server, not of the shell that started it', async () => {
    const { program } = await start(`${python('never_accepts.py')}; true`);
    expect(program.status().blockedIn).toBeUndefined();
    const { program: serving } = await start(`${python('blocking.py')}; true`);
    await until(() => serving.status().blockedIn !== undefined);
    expect(serving.status().blockedIn).toBe('accept4');
  });

  test.skipIf(process.arch !== 'x64')('where ptrace is forbidden, the program runs, and is watched', async () => {
    const port = await freePort();
    const server = python('blocking.py').replaceAll('PORT', String(port));
    const module = pathToFileURL('dist/bridge/main.js').href;
    const options = ['--http', '127.0.0.1:0', '--wire', 'direct', '--target', `127.0.0.1:${port}`, '--server', server];
    const bridge = spawn(process.execPath, ['test/fixtures/without-ptrace.mjs', module, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(async () => {
      bridge.kill('SIGTERM');
      await once(bridge, 'exit');
    });
    let text = '';
    bridge.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    await until(() => /http:\/\/\S+/.test(text));
    const url = /http:\/\/\S+/.exec(text)![0];
    const health = async () => (await (await fetch(new URL('/health', url))).json()) as Hello;
    await until(async () => (await health()).server.state === 'listening');
    const { sources } = await health();
    expect(sources.find(({ name }) => name === 'server-tracer')).toMatchObject({
      active: false,
      why: 'TRACER_NOT_PERMITTED',
    });
    expect(sources.find(({ name }) => name === 'server-syscalls')).toMatchObject({ active: true });
  });
});

test.skipIf(!isLinux || whyNoLab || !PYTHON)(
  'a program that answers much and closes with bytes unread: its kernel resets, and the trace says how many',
  async () => {
    const server = 'python3 test/fixtures/servers/blocking_kinds.py PORT unread';
    const page = await Page.open(await startOwning({ wire: 'lab', server }));
    const { done, steps } = await page.run([{ do: 'send', hex: '61'.repeat(100) }, { do: 'recv' }, { do: 'close' }]);
    expectAllSeen(steps);
    expect(done).toMatchObject({ outcome: 'reset', error: 'ECONNRESET' });
    expect(unreadAtClose(steps)).toMatchObject({ side: 'server', bytes: 80 });
  },
);
