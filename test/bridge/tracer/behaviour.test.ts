import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Entered, Returned } from '../../../bridge/tracer/report.ts';
import { callsOf } from '../../../bridge/tracer/system-calls.ts';
import { freePort } from '../../helpers/free-port.ts';
import { descendants } from '../../helpers/programs/descendants.ts';
import { isAlive } from '../../helpers/programs/program.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { TracedProgram } from '../../helpers/programs/traced-program.ts';
import { until } from '../../helpers/until.ts';

const FIXTURES = 'test/fixtures/traced';
const isLinux = process.platform === 'linux';

function traced(...[command, more]: ConstructorParameters<typeof TracedProgram>): TracedProgram {
  const program = new TracedProgram(command, more);
  onTestFinished(() => program.kill());
  return program;
}

const shell = (script: string) => traced(['/bin/sh', '-c', script]);

/** The number that the program prints first: what it prints and what is reported come on two ways. */
async function numberSaid(program: TracedProgram): Promise<number> {
  await until(() => program.output.endsWith('\n'));
  return Number(program.output);
}

async function dial(port: number) {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

describe.skipIf(!isLinux)('a traced program behaves as without a tracer', () => {
  test.each<[string, string, object]>([
    ['ends well', 'exit 0', { code: 0, signal: null }],
    ['ends with an exit code', 'exit 42', { code: 42, signal: null }],
    ['kills itself', 'kill -KILL $$', { code: null, signal: 'SIGKILL' }],
    ['crashes', 'kill -SEGV $$', { code: null, signal: 'SIGSEGV' }],
    ['signals its whole group', 'kill -TERM 0; sleep 20', { code: null, signal: 'SIGTERM' }],
    ['gets the signal of an alarm with its whole group', 'kill -ALRM 0; sleep 20', { code: null, signal: 'SIGALRM' }],
    ['catches a signal', "trap 'exit 7' TERM; kill -TERM 0; sleep 20", { code: 7, signal: null }],
    ['is not there', 'exec /no/such/program 2>/dev/null', { code: 127, signal: null }],
  ])('a program that %s', async (_, script, end) => {
    expect(await shell(script).ended()).toEqual(end);
  });

  test.skipIf(!PYTHON)('whatever it gives its kernel as arguments', async () => {
    const program = traced(['python3', `${FIXTURES}/nonsense.py`]);
    expect(await program.ended()).toEqual({ code: 0, signal: null });
    const untraced = spawnSync('python3', [`${FIXTURES}/nonsense.py`], { encoding: 'utf8' });
    expect(untraced.stdout).toContain('EFAULT');
    expect(program.output).toBe(untraced.stdout);
  });

  test('its output, its folder, its environment, its descriptors, and the signals that it ignores', async () => {
    const script = 'pwd; echo "$SAID"; ls /proc/self/fd; grep "^Sig[BIC]" /proc/self/status; ulimit -a';
    const command = ['/bin/sh', '-c', script];
    const program = traced(command, { environment: { SAID: 'olá' } });
    await program.ended();
    const untraced = spawnSync('/bin/sh', command.slice(1), {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      env: { ...process.env, SAID: 'olá' },
      encoding: 'utf8',
    });
    expect(program.output).toBe(untraced.stdout);
  });

  test('a stopped program stays stopped until it is to go on', async () => {
    const program = shell('echo $$; kill -STOP $$; echo on');
    const pid = await numberSaid(program);
    const state = () => spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout[0];
    await until(() => state() === 'T' || state() === 't');
    process.kill(pid, 'SIGCONT');
    expect(await program.ended()).toEqual({ code: 0, signal: null });
    expect(program.output).toBe(`${pid}\non\n`);
  });

  test('the program ends if the tracer is killed', async () => {
    const program = shell('echo $$; sleep 100 & wait');
    await until(() => program.output.endsWith('\n'));
    const all = descendants(program.child.pid!);
    expect(all).toContain(Number(program.output));
    process.kill(program.child.pid!, 'SIGKILL');
    await program.ended();
    await until(() => !all.some(isAlive));
  });

  test('the program ends if the bridge has gone', async () => {
    const program = shell('echo $$; sleep 100 & wait');
    await until(() => program.output.endsWith('\n'));
    const all = descendants(program.child.pid!);
    program.bridgeEnds();
    await until(() => !all.some(isAlive));
  });

  test('a process that outlives the program goes on alone, once nobody wants its reports', async () => {
    const program = shell('sleep 100 >/dev/null 2>&1 3>&1 & echo $!; (exit 7); exit 5');
    await program.report('exited');
    expect(program.reports).toContainEqual({ what: 'died', process: expect.any(Number), code: 7, signal: 0 });
    const sleeper = await numberSaid(program);
    program.letGo();
    expect(await program.ended()).toEqual({ code: 5, signal: null });
    expect(isAlive(sleeper)).toBe(true);
    process.kill(sleeper, 'SIGKILL');
  });

  test('a process that outlives the program ends if the bridge has gone', async () => {
    const program = shell('setsid sleep 100 >/dev/null 2>&1 3>&1 & echo $!; exit 0');
    expect(await program.report('exited')).toMatchObject({ code: 0, signal: 0 });
    const sleeper = await numberSaid(program);
    expect(program.reports).toContainEqual({ what: 'born', process: sleeper, parent: expect.any(Number) });
    expect(isAlive(sleeper)).toBe(true);
    program.bridgeEnds();
    await until(() => !isAlive(sleeper));
  });

  test('a tracer that gets no command ends with the bridge', async () => {
    const program = new TracedProgram(undefined);
    onTestFinished(() => program.kill());
    await program.report('ready');
    program.bridgeEnds();
    expect(await program.ended()).toEqual({ code: 0, signal: null });
  });
});

describe.skipIf(!isLinux || !PYTHON)('what the tracer reports', () => {
  const python = (file: string, port: number) => traced(['python3', `${FIXTURES}/${file}`, String(port)]);

  test('a call is reported when it is entered, though it blocks; both ends and the first bytes are in it', async () => {
    const port = await freePort();
    const program = python('blocking.py', port);
    const accept = await program.report('enter', ({ name }) => name === 'accept4');
    const returned = ({ call }: Returned) => call === accept.call;
    expect(program.reports.some((each) => each.what === 'return' && returned(each))).toBe(false);
    const client = await dial(port);
    const accepted = await program.report('return', returned);
    expect(accepted).toMatchObject({ errno: 'ok', local: `127.0.0.1:${port}`, peer: `127.0.0.1:${client.localPort}` });
    expect(accepted.at).toBeGreaterThan(accept.at);
    const recv = await program.report('enter', ({ name }) => name === 'recvfrom');
    expect(recv).toMatchObject({ socket: accepted.newSocket, length: 1024 });
    client.write('hello');
    expect(await program.report('return', ({ call }) => call === recv.call)).toMatchObject({
      bytes: 5,
      payload: '68656c6c6f',
    });
    expect(await program.report('return', ({ name }) => name === 'sendto')).toMatchObject({
      bytes: 5,
      payload: '48454c4c4f',
    });
  });

  test('a program that waits with epoll blocks there, and its accept4() returns at once', async () => {
    const port = await freePort();
    const program = python('epoll.py', port);
    const wait = await program.report('enter', ({ name }) => name.startsWith('epoll_'));
    const listen = await program.report('return', ({ name }) => name === 'listen');
    const joined = () =>
      program.reports.filter((each): each is Entered => each.what === 'enter' && each.set === wait.set);
    expect(joined()[0]).toMatchObject({ name: 'epoll_ctl', change: 'joins', socket: listen.socket });
    expect(program.reports.some(({ what, ...each }) => what === 'enter' && (each as Entered).name === 'accept4')).toBe(
      false,
    );
    await dial(port);
    const awake = await program.report('return', ({ call }) => call === wait.call);
    const accept = await program.report('enter', ({ name }) => name === 'accept4');
    const accepted = await program.report('return', ({ call }) => call === accept.call);
    expect(awake.at).toBeLessThan(accept.at);
    expect(accepted.errno).toBe('ok');
    const next = await program.report('enter', ({ call, name }) => call > accept.call && name.startsWith('epoll_'));
    expect(next.set).toBe(wait.set);
    expect(joined().find(({ socket }) => socket === accepted.newSocket)).toMatchObject({ change: 'joins' });
  });

  test('a call that a signal interrupts is made again', async () => {
    const port = await freePort();
    const program = python('signals.py', port);
    const accept = await program.report('enter', ({ name }) => name === 'accept4');
    process.kill(await numberSaid(program), 'SIGUSR1');
    const interrupted = await program.report('return', ({ call }) => call === accept.call);
    expect(interrupted.errno).toBe('ERESTARTSYS');
    const again = await program.report('enter', ({ call, name }) => call > accept.call && name === 'accept4');
    await dial(port);
    expect(await program.report('return', ({ call }) => call === again.call)).toMatchObject({ errno: 'ok' });
  });

  test('a wait that a stop interrupts goes on as the same call', async () => {
    const port = await freePort();
    const program = python('polling.py', port);
    const poll = await program.report('enter', ({ name }) => name === 'poll');
    const pid = await numberSaid(program);
    process.kill(pid, 'SIGSTOP');
    const interrupted = await program.report('return', ({ call }) => call === poll.call);
    expect(interrupted.errno).toBe('ERESTART_RESTARTBLOCK');
    process.kill(pid, 'SIGCONT');
    const { call: number, at: _at, ...again } = await program.report('enter', ({ call }) => call > poll.call);
    const { call: _number, at: _before, ...first } = poll;
    expect(again).toEqual(first);
    // The program ends with the connection in its queue: that may reset it before this process has seen it.
    await dial(port).catch(() => {});
    expect(await program.report('return', ({ call }) => call === number)).toMatchObject({ result: 1, errno: 'ok' });
  });

  test('only the last close() ends a connection; a process that ends releases what it had', async () => {
    const port = await freePort();
    const program = python('forks.py', port);
    await until(() => program.reports.some((each) => each.what === 'enter' && each.name === 'accept4'));
    const client = await dial(port);
    client.write('hello');
    const accepted = await program.report('return', ({ name }) => name === 'accept4');
    await once(client, 'data');
    const closes = () =>
      program.reports.filter(
        (each): each is Returned =>
          each.what === 'return' && each.name === 'close' && each.socket === accepted.newSocket,
      );
    await until(() => closes().length === 1);
    client.end();
    await until(() => closes().length === 2);
    expect(closes().map(({ last }) => last)).toEqual([false, true]);
    const listening = accepted.socket;
    const { process: first } = await program.report('started');
    for (const pid of [first, ...descendants(first)]) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    expect(await program.report('released', ({ socket }) => socket === listening)).toBeDefined();
  });

  test('a Node program that has a probe is left to it, and what it starts is not', async () => {
    const port = await freePort();
    const probed = traced([process.execPath, `${FIXTURES}/plain.cjs`, String(port)], {
      probeVariable: 'APERTO_PROBE',
      environment: { APERTO_PROBE: '1' },
    });
    await until(async () =>
      dial(port).then(
        () => true,
        () => false,
      ),
    );
    expect(probed.reports.map(({ what }) => what)).toEqual(['ready', 'started']);
    const another = await freePort();
    const script = `require('node:child_process').spawn('env', ['-u', 'APERTO_PROBE', 'python3', '${FIXTURES}/blocking.py', '${another}'])`;
    const starter = traced([process.execPath, '-e', script], {
      probeVariable: 'APERTO_PROBE',
      environment: { APERTO_PROBE: '1' },
    });
    expect(await starter.report('enter', ({ name }) => name === 'accept4')).toBeDefined();
  });

  test('an ordinary user may trace', async () => {
    const port = await freePort();
    const nobody = 65_534;
    const program = traced(
      ['/usr/bin/perl', `${FIXTURES}/blocking.pl`, String(port)],
      process.getuid?.() === 0 ? { asUser: nobody } : {},
    );
    expect(await program.report('ready')).toEqual({ what: 'ready' });
    expect(await program.report('enter', ({ name }) => name.startsWith('accept'))).toBeDefined();
  });
});

describe('the tables of system calls', () => {
  test('have the same calls for both architectures, but for those that arm64 lacks', () => {
    const names = (architecture: string) => callsOf(architecture).flatMap((call) => call?.name ?? []);
    const old = ['dup2', 'epoll_wait', 'fork', 'poll', 'select', 'vfork'];
    expect(
      names('x64')
        .filter((name) => !old.includes(name))
        .sort(),
    ).toEqual(names('arm64').sort());
    expect(callsOf('arm64')[202]?.name).toBe('accept');
    expect(callsOf('x64')[288]?.name).toBe('accept4');
  });
});
