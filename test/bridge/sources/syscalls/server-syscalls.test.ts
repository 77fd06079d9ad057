import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicUs } from '../../../../bridge/machine/clock.ts';
import {
  ProgramThreads,
  type ProgramView,
  type ThreadSample,
} from '../../../../bridge/sources/syscalls/program-threads.ts';
import { ServerSyscalls } from '../../../../bridge/sources/syscalls/server-syscalls.ts';
import type { SocketRow } from '../../../../bridge/sources/sockets/socket-table.ts';
import { SYSTEM_CALLS } from '../../../../bridge/sources/syscalls/system-call-numbers.ts';
import type { Report } from '../../../../bridge/trace/report.ts';
import type { Call } from '../../../../bridge/trace/step.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { startProgram } from '../../../helpers/programs/program.ts';
import { PYTHON } from '../../../helpers/programs/python.ts';
import { until } from '../../../helpers/until.ts';

const PORT = 65432;
const X64 = { platform: 'linux', arch: 'x64' } as const;
const NUMBERS = { accept: 288, recv: 45, send: 44, epoll: 232 };

/** A program whose threads and whose rows in the kernel's table the test sets. */
class FakeProgram implements ProgramView {
  readonly samples = new Map<string, ThreadSample>();
  rows: SocketRow[] = [row(0, 'LISTEN', '100')];
  /** Inodes by descriptor. */
  readonly sockets100 = new Map([[3, '100']]);
  /** Whether the table is read only when `read` is called. */
  slow = false;
  #reading: (() => void)[] = [];

  blocked(call: keyof typeof NUMBERS | 'running', descriptor = 3, thread = '7/task/7'): void {
    const text = call === 'running' ? 'running\n' : `${NUMBERS[call]} 0x${descriptor.toString(16)} ${ARGUMENTS}`;
    const turns = String(Number(this.samples.get(thread)?.turns ?? 0) + 1);
    this.samples.set(thread, { thread, text, turns });
  }

  threads = (): ThreadSample[] => [...this.samples.values()];
  socketOf = (_: string, descriptor: number): string | undefined => this.sockets100.get(descriptor);
  sockets(callback: (rows: SocketRow[]) => void): void {
    const rows = this.rows;
    if (this.slow) this.#reading.push(() => callback(rows));
    else callback(rows);
  }
  read(): void {
    for (const done of this.#reading.splice(0)) done();
  }
  close(): void {}
}

const ARGUMENTS = '0x0 0x0 0x0 0x0 0x0 0x7ffdd82cd358 0x7f9ed3d28f63\n';

function row(remotePort: number, state: SocketRow['state'], inode: string): SocketRow {
  return { localPort: PORT, remotePort, state, inode };
}

function begin() {
  const source = new ServerSyscalls(PORT, X64);
  const program = new FakeProgram();
  program.blocked('accept');
  source.begin(program);
  const look = (...blocked: Parameters<FakeProgram['blocked']>): void => {
    program.blocked(...blocked);
    source.look();
  };
  return { source, program, look, ...watching(source) };
}

function watching(source: ServerSyscalls) {
  const reports = new Map<string, Report>();
  const zero = monotonicUs();
  const watch = source.watch(zero, (report) => reports.set(report.id, report));
  onTestFinished(() => watch.stop());
  const call = (id: string): Call | undefined => reports.get(`server.${id}`) as Call | undefined;
  return { zero, watch, reports, call };
}

describe('looks become calls', () => {
  test('accept is blocked before the run, and over once the kernel shows whose connection it brought', () => {
    const { program, look, watch, call } = begin();
    expect(call('accept')).toMatchObject({ evidence: 'observed', within: {} });
    expect(call('accept')!.startedAt).toBeLessThan(0);
    expect(call('accept')!.returnedAt).toBeUndefined();
    program.sockets100.set(4, '200');
    program.rows = [...program.rows, row(40001, 'ESTABLISHED', '200')];
    look('recv', 4);
    // The kernel's table shows the connection, but not yet that it is this run's.
    expect(call('accept')!.returnedAt).toBeUndefined();
    watch.connectedFrom(40001);
    expect(call('accept')).toMatchObject({ result: 'ok', within: { returnUs: expect.any(Number) as number } });
    expect(call('recv.0')).toMatchObject({ within: { startUs: expect.any(Number) as number } });
    expect(call('recv.0')!.startedAt).toBe(call('accept')!.returnedAt);
    look('accept');
    expect(call('recv.0')!.returnedAt).toBeGreaterThanOrEqual(call('recv.0')!.startedAt);
    // /proc does not show what it returned.
    expect(call('recv.0')!.result).toBeUndefined();
    expect(call('recv.0')!.bytes).toBeUndefined();
  });

  test('the bounds hold: after the last look that found the thread elsewhere, before the first that found it there', () => {
    const { source, program, look, watch, call, zero } = begin();
    program.sockets100.set(4, '200');
    program.rows = [...program.rows, row(40001, 'ESTABLISHED', '200')];
    watch.connectedFrom(40001);
    source.look();
    const before = monotonicUs() - zero;
    look('recv', 4);
    const after = monotonicUs() - zero;
    const { returnedAt, within } = call('accept')!;
    expect(returnedAt).toBeGreaterThanOrEqual(before - 0.1);
    expect(returnedAt).toBeLessThanOrEqual(after + 0.1);
    expect(returnedAt! - within!.returnUs!).toBeLessThanOrEqual(before + 0.1);
    expect(call('recv.0')!.startedAt - call('recv.0')!.within!.startUs!).toBeLessThanOrEqual(before + 0.1);
  });

  test('the same call again is another call if the thread was woken in between', () => {
    const { source, program, look, watch, call } = begin();
    program.sockets100.set(4, '200');
    program.rows = [...program.rows, row(40001, 'ESTABLISHED', '200')];
    watch.connectedFrom(40001);
    look('recv', 4);
    source.look();
    expect(call('recv.0')!.returnedAt).toBeUndefined();
    look('recv', 4);
    expect(call('recv.0')!.returnedAt).toBeDefined();
    expect(call('recv.1')!.returnedAt).toBeUndefined();
    look('send', 4);
    expect(call('send.0')!.returnedAt).toBeUndefined();
  });

  test('a run that is over before the table is read: its accept is reported, if no other client was there', () => {
    const { program, look, watch, call } = begin();
    program.slow = true;
    program.sockets100.set(4, '200');
    look('recv', 4);
    look('accept');
    watch.connectedFrom(40001);
    let settled = 0;
    watch.whenSettled(() => (settled += 1));
    expect(watch.busy).toBe(true);
    program.rows = [...program.rows, row(40001, 'TIME_WAIT', '0')];
    for (let reads = 0; reads < 4; reads += 1) program.read();
    expect(settled).toBe(1);
    expect(call('accept')).toMatchObject({ result: 'ok' });
    expect(call('recv.0')!.returnedAt).toBeDefined();
  });

  test('if another client was there too, no accept is reported as this run’s', () => {
    const { program, look, watch, call } = begin();
    program.sockets100.set(4, '200');
    look('recv', 4);
    look('accept');
    watch.connectedFrom(40001);
    program.rows = [...program.rows, row(50000, 'TIME_WAIT', '0')];
    watch.whenSettled(() => {});
    expect(call('accept')!.returnedAt).toBeUndefined();
    expect(call('recv.0')).toBeUndefined();
  });

  test.each([
    ['since before the run', true],
    ['while the table was read', false],
  ])('a socket of another kind is not taken for the connection: a thread is blocked on it %s', (_, isBefore) => {
    const source = new ServerSyscalls(PORT, X64);
    const program = new FakeProgram();
    program.sockets100.set(9, '900');
    program.blocked('accept');
    if (isBefore) program.blocked('recv', 9, '7/task/8');
    source.begin(program);
    const { watch, call, reports } = watching(source);
    watch.connectedFrom(40001);
    if (!isBefore) {
      program.blocked('recv', 9, '7/task/8');
      source.look();
      source.look();
    }
    program.blocked('accept');
    source.look();
    // The connection is over: the table no longer shows its inode.
    program.rows = [row(0, 'LISTEN', '100'), row(40001, 'TIME_WAIT', '0')];
    program.blocked('recv', 9, '7/task/8');
    source.look();
    watch.whenSettled(() => {});
    expect(call('accept')!.returnedAt).toBeDefined();
    expect([...reports.keys()].filter((id) => id.startsWith('server.recv'))).toEqual([]);
  });

  test('another run’s connection is not reported: neither its recv nor its accept', () => {
    const { program, look, watch, call, source } = begin();
    const other = watching(source);
    watch.connectedFrom(40001);
    other.watch.connectedFrom(40002);
    program.sockets100.set(4, '200');
    program.rows = [...program.rows, row(40001, 'ESTABLISHED', '0'), row(40002, 'ESTABLISHED', '200')];
    look('recv', 4);
    expect(other.call('accept')).toMatchObject({ result: 'ok' });
    expect(other.call('recv.0')).toBeDefined();
    // It is still in the queue.
    expect(call('accept')!.returnedAt).toBeUndefined();
    expect(call('recv.0')).toBeUndefined();
    // It is accepted without blocking: only the latest time is known.
    program.rows = [...program.rows.slice(0, 1), row(40001, 'ESTABLISHED', '201')];
    program.sockets100.set(5, '201');
    look('recv', 5);
    watch.whenSettled(() => {});
    expect(call('accept')).toMatchObject({ result: 'ok' });
    expect(call('accept')!.startedAt).toBe(call('accept')!.returnedAt);
    expect(call('accept')!.startedAt - call('accept')!.within!.startUs!).toBeLessThan(0);
  });

  test('a program killed in accept() did not return from it; one that ended by itself did', () => {
    for (const byItself of [false, true]) {
      const { source, watch, call } = begin();
      watch.connectedFrom(40001);
      source.ended(byItself);
      expect(call('accept')?.returnedAt !== undefined).toBe(byItself);
    }
  });

  test('an accept on another port, or a read of a file, is no call on a connection', () => {
    const { program, look, reports, watch } = begin();
    watch.connectedFrom(40001);
    const before = reports.size;
    program.sockets100.set(9, '900');
    look('accept', 9, '7/task/8');
    look('recv', 8, '7/task/8');
    look('accept', 9, '7/task/8');
    expect(reports.size).toBe(before);
  });
});

test('what the program is blocked in now', () => {
  const { source, program } = begin();
  expect(source.blockedIn()).toBe('accept4');
  program.blocked('epoll', 5);
  expect(source.blockedIn()).toBe('epoll_wait');
  program.blocked('accept', 3, '7/task/8');
  expect(source.blockedIn()).toBe('accept4');
  program.blocked('running');
  program.blocked('running', 3, '7/task/8');
  expect(source.blockedIn()).toBeUndefined();
  source.ended();
  expect(source.blockedIn()).toBeUndefined();
});

test('why it reports nothing, as a code', () => {
  const why = (source: ServerSyscalls) => source.status().why;
  expect(why(new ServerSyscalls(PORT, X64))).toBe('NOT_SEEN_LISTENING');
  expect(why(new ServerSyscalls(PORT, { platform: 'linux', arch: 'riscv64' }))).toBe('UNKNOWN_MACHINE');
  expect(why(new ServerSyscalls(PORT, { platform: 'darwin', arch: 'arm64' }))).toBe('NOT_LINUX');
  const { source, program } = begin();
  program.samples.clear();
  program.samples.set('7/task/7', { thread: '7/task/7', text: '', turns: '' });
  source.begin(program);
  expect(why(source)).toBe('SYSCALL_NOT_READABLE');
  source.leave('SERVER_HAS_PROBE');
  expect(source.status()).toEqual({ name: 'server-syscalls', active: false, why: 'SERVER_HAS_PROBE' });
});

const onLinux = describe.runIf(process.platform === 'linux' && SYSTEM_CALLS[process.arch] !== undefined);

onLinux('a real program, over real sockets', () => {
  /** Connects, waits until the server is blocked in the expected call, and only then sends. */
  async function talk(file: string, args: string[], blockedIn = 'recvfrom') {
    const port = await freePort();
    const { child } = startProgram(file, [...args.map((arg) => arg.replace('PORT', String(port)))]);
    const source = new ServerSyscalls(port);
    source.begin(new ProgramThreads(child.pid!, port));
    onTestFinished(() => source.ended());
    // It is blocked in accept, so it listens: this needs no connection.
    await until(() => source.blockedIn() === 'accept4');
    const { watch, call } = watching(source);
    expect(call('accept')).toMatchObject({ name: 'accept' });
    expect(call('accept')!.returnedAt).toBeUndefined();
    const socket = connect({ port, host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    watch.connectedFrom(socket.localPort!);
    await until(() => source.blockedIn() === blockedIn);
    await until(() => call('recv.0') !== undefined);
    expect(call('accept')).toMatchObject({ result: 'ok' });
    expect(call('recv.0')!.returnedAt).toBeUndefined();
    const reply = await echo(socket);
    await new Promise<void>((resolve) => watch.whenSettled(resolve));
    expect(call('recv.0')!.returnedAt).toBeGreaterThan(call('recv.0')!.startedAt);
    expect(watch.watchesServer).toBe(false);
    return { reply, source };
  }

  async function echo(socket: Socket): Promise<string> {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write(Buffer.from([0, 0x79]));
    await once(socket, 'end');
    return Buffer.concat(chunks).toString();
  }

  test('blocking calls, in one thread of many', async () => {
    const { reply, source } = await talk(process.execPath, ['test/fixtures/servers/blocking.mjs', 'PORT']);
    expect(reply).toBe('\0y');
    await until(() => source.blockedIn() === 'accept4');
  });

  test('behind a shell that only waits', async () => {
    await talk('/bin/sh', ['-c', `"${process.execPath}" test/fixtures/servers/blocking.mjs PORT; true`]);
  });

  test.skipIf(!PYTHON)('in Python, one connection after another', async () => {
    const { reply } = await talk(PYTHON!, ['test/fixtures/servers/one_after_another.py', 'PORT']);
    expect(reply).toBe('ÍMPAR');
  });

  const FORKING = `import socketserver, sys
class Echo(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall(self.request.recv(1024))
class Server(socketserver.ForkingTCPServer):
    def get_request(self): return super().get_request()
    def serve(self):
        while True: self._handle_request_noblock()
Server(("127.0.0.1", PORT), Echo).serve()`;

  test.skipIf(!PYTHON)('a child for each connection', async () => {
    const { reply } = await talk(PYTHON!, ['-c', FORKING], 'accept4');
    expect(reply).toBe('\0y');
  });

  const unprivileged = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0;
  test.runIf(unprivileged)('a program that may not be examined leads to a code, and to nothing worse', async () => {
    const { child } = startProgram('sleep', ['60']);
    const look = `import { ProgramThreads } from './bridge/sources/syscalls/program-threads.ts';
      import { ServerSyscalls } from './bridge/sources/syscalls/server-syscalls.ts';
      const source = new ServerSyscalls(1);
      source.begin(new ProgramThreads(${child.pid}, 1));
      console.log(source.status().why);`;
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const tsx = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', look];
    const { stdout } = spawnSync('setpriv', [...nobody, ...tsx], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    // If that user may not even read this folder, nothing was tried.
    if (stdout !== '') expect(stdout.trim()).toBe('SYSCALL_NOT_READABLE');
  });
});
