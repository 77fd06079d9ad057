import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicUs } from '../../../bridge/machine/clock.ts';
import { ClientSocket } from '../../../bridge/sources/client-socket.ts';
import { ServerListener } from '../../../bridge/sources/sockets/server-listener.ts';
import { ServerOutput } from '../../../bridge/sources/server-output.ts';
import { ServerProbe } from '../../../bridge/sources/probe/server-probe.ts';
import { ServerTracer } from '../../../bridge/sources/tracer/server-tracer.ts';
import type { TracerReport } from '../../../bridge/tracer/report.ts';
import { ServerSyscalls } from '../../../bridge/sources/syscalls/server-syscalls.ts';
import type { SocketRow } from '../../../bridge/sources/sockets/socket-table.ts';
import type { EvidenceSource } from '../../../bridge/sources/source.ts';
import type { Report } from '../../../bridge/trace/report.ts';
import { startNumberServer } from '../../helpers/bridge.ts';

/** A source at work: `happen` gives it one connection from `port`, as its program would. */
interface Subject {
  source: EvidenceSource;
  happen(port: number): void;
  /** The program is gone: nothing more can be reported. */
  end(): void;
}

const PORT = 65432;

function probed(): Subject {
  const source = new ServerProbe(PORT);
  const feed = (report: object) => source.feed(`${JSON.stringify(report)}\n`);
  const before = monotonicUs();
  feed({ what: 'probe', pid: 1 });
  feed({ what: 'listen', startedAt: before - 200, at: before - 100, address: `127.0.0.1:${PORT}` });
  let connection = 0;
  const happen = (port: number) => {
    const at = monotonicUs();
    const common = { connection: ++connection, startedAt: at, at };
    const bytes = { bytes: 2, payload: '0079', result: 'ok' };
    feed({ ...common, what: 'accept', peer: `127.0.0.1:${port}`, local: `127.0.0.1:${PORT}` });
    feed({ ...common, what: 'recv', ...bytes });
    feed({ ...common, what: 'send', ...bytes });
    feed({ ...common, what: 'recv', ...bytes, bytes: 0, payload: '' });
    feed({ ...common, what: 'shutdown', result: 'ok' });
    feed({ ...common, what: 'close', reset: false });
  };
  return { source, happen, end: () => source.programEnded() };
}

/** A program of one thread under the tracer: each call is entered, and returns. */
function traced(): Subject {
  const source = new ServerTracer(PORT);
  source.begin();
  let call = 0;
  const made = (name: string, entered: object, returned: object) => {
    call += 1;
    const of = { call, name, process: 4711, thread: 4711, at: monotonicUs() };
    const reports = [
      { what: 'enter', ...of, ...entered },
      { what: 'return', ...of, ...entered, result: 0, errno: 'ok', ...returned, at: monotonicUs() },
    ] as TracerReport[];
    for (const report of reports) source.feed(`${JSON.stringify(report)}\n`);
  };
  source.feed(`${JSON.stringify({ what: 'started', process: 4711 })}\n`);
  const local = `127.0.0.1:${PORT}`;
  made('socket', {}, { result: 3, newSocket: 1 });
  made('bind', { descriptor: 3, socket: 1 }, { local });
  made('listen', { descriptor: 3, socket: 1 }, { local });
  let connection = 1;
  const happen = (port: number) => {
    connection += 1;
    const on = { descriptor: 4, socket: connection };
    const accepted = { result: 4, newSocket: connection, local, peer: `127.0.0.1:${port}` };
    made('accept4', { descriptor: 3, socket: 1 }, accepted);
    made('recvfrom', { ...on, length: 1024, flags: 0 }, { bytes: 2, payload: '0079' });
    made('sendto', { ...on, length: 2, flags: 0 }, { bytes: 2, payload: '0079' });
    made('recvfrom', { ...on, length: 1024, flags: 0 }, { bytes: 0, payload: '' });
    made('shutdown', { ...on, how: 1 }, {});
    made('close', on, { last: true });
  };
  return { source, happen, end: () => source.programEnded() };
}

/** A program of one thread, seen from outside: accept, recv, and again. */
function blocking(): Subject {
  const source = new ServerSyscalls(PORT, { platform: 'linux', arch: 'x64' });
  const rows: SocketRow[] = [{ localPort: PORT, remotePort: 0, state: 'LISTEN', inode: '100' }];
  let text = '';
  let turns = 0;
  const blockedIn = (number: number, descriptor: number) => {
    text = `${number} 0x${descriptor} 0x0 0x0 0x0 0x0 0x0 0x7ffdd82cd358 0x7f9ed3d28f63\n`;
    turns += 1;
    source.look();
  };
  blockedIn(288, 3);
  source.begin({
    threads: () => [{ thread: '7/task/7', text, turns: String(turns) }],
    socketOf: (_, descriptor) => rows[descriptor - 3]?.inode,
    sockets: (callback) => callback([...rows]),
    close: () => {},
  });
  const happen = (port: number) => {
    rows[1] = { localPort: PORT, remotePort: port, state: 'ESTABLISHED', inode: String(port) };
    blockedIn(45, 4);
    blockedIn(288, 3);
    rows[1] = { ...rows[1], state: 'TIME_WAIT', inode: '0' };
  };
  return { source, happen, end: () => source.ended() };
}

function printing(): Subject {
  const source = new ServerOutput();
  source.attach(true);
  const happen = (port: number) => {
    source.line('stdout', `connection from 127.0.0.1:${port}`);
    source.line('stderr', 'and a line more');
  };
  return { source, happen, end: () => source.attach(false) };
}

function listening(): Subject {
  const source = new ServerListener();
  source.saw(true);
  return { source, happen: () => {}, end: () => source.saw(false) };
}

/** Times are reported to a tenth of a microsecond. */
const ROUNDING = 0.1;

function expectReports(reports: Report[], zero: number): void {
  const now = monotonicUs() - zero;
  const first = new Map<string, Report>();
  for (const report of reports) {
    if ('evidence' in report) expect(['captured', 'observed']).toContain(report.evidence);
    if ('reason' in report) expect(report.reason).toBeUndefined();
    expect(['client', 'server']).toContain(report.side);
    expect(report.at).toBeLessThanOrEqual(now + ROUNDING);
    if (report.kind === 'call') expectCall(report, now);
    const former = first.get(report.id);
    // An id that comes again means the same thing, of which more is known.
    if (former) {
      expect(report).toMatchObject({ kind: former.kind, side: former.side });
      if (report.kind === 'call' && former.kind === 'call') {
        expect(report.name).toBe(former.name);
        expect(former.returnedAt).toBeUndefined();
      }
    }
    first.set(report.id, report);
  }
}

function expectCall(call: Extract<Report, { kind: 'call' }>, now: number): void {
  expect(call.at).toBe(call.startedAt);
  // A source outside the program may see that a call is over, but not what it returned.
  if (call.within === undefined || call.returnedAt === undefined)
    expect(call.returnedAt === undefined).toBe(call.result === undefined);
  for (const bound of Object.values(call.within ?? {})) expect(bound).toBeGreaterThanOrEqual(0);
  if (call.returnedAt === undefined) return;
  expect(call.returnedAt).toBeGreaterThanOrEqual(call.startedAt);
  expect(call.returnedAt).toBeLessThanOrEqual(now + ROUNDING);
}

describe.each<[string, () => Subject, number]>([
  ['server-probe', probed, 9],
  ['server-tracer', traced, 11],
  ['server-syscalls', blocking, 2],
  ['server-output', printing, 2],
  ['server-listener', listening, 1],
])('%s', (name, build, atLeast) => {
  function begin() {
    const subject = build();
    const reports: Report[] = [];
    const zero = monotonicUs();
    const watch = subject.source.watch(zero, (report) => reports.push(report));
    return { ...subject, reports, zero, watch };
  }

  test('says its name, whether it sees anything, and why not when it does not', () => {
    const { source, end } = build();
    expect(source.status()).toEqual({ name, active: true });
    end();
    expect(source.status()).toEqual({ name, active: false, why: expect.stringMatching(/^[A-Z_]+$/) as string });
  });

  test('reports what it saw, each thing under one id, by the one clock', () => {
    const { watch, happen, reports, zero } = begin();
    watch.connectedFrom(40001);
    happen(40001);
    expect(new Set(reports.map(({ id }) => id)).size).toBeGreaterThanOrEqual(atLeast);
    expectReports(reports, zero);
  });

  test('reports from before the run only the listening and the accept() that waits', () => {
    const before = ['socket', 'bind', 'listen', 'LISTEN', 'accept'].map((what) => `server.${what}`);
    const { watch, happen, reports } = begin();
    watch.connectedFrom(40001);
    happen(40001);
    for (const { id, at } of reports) if (at < 0) expect(before).toContain(id);
  });

  test('reports the same whether the port is known before or after', () => {
    const early = begin();
    early.watch.connectedFrom(40001);
    early.happen(40001);
    const late = begin();
    late.happen(40001);
    late.watch.connectedFrom(40001);
    const ids = (reports: Report[]) => new Set(reports.map(({ id }) => id));
    expect(ids(late.reports)).toEqual(ids(early.reports));
    expectReports(late.reports, late.zero);
  });

  test('reports nothing of another connection', () => {
    const { source, watch, happen, reports } = begin();
    const others: Report[] = [];
    const other = source.watch(monotonicUs(), (report) => others.push(report));
    watch.connectedFrom(40001);
    other.connectedFrom(40002);
    const common = reports.length;
    happen(40002);
    expect(reports.slice(common)).toEqual([]);
    other.stop();
  });

  test('is silent after a stop, and when the stop comes in the midst of a report', () => {
    const { watch, happen, end, reports } = begin();
    watch.connectedFrom(40001);
    watch.stop();
    const count = reports.length;
    happen(40001);
    end();
    expect(reports).toHaveLength(count);

    const subject = build();
    let reported = 0;
    let started = false;
    const stopping = subject.source.watch(monotonicUs(), () => {
      reported += 1;
      if (started) stopping.stop();
    });
    started = true;
    const before = reported;
    stopping.connectedFrom(40003);
    subject.happen(40003);
    expect(reported - before).toBeLessThanOrEqual(1);
  });

  test.each(['reported all', 'gone', 'gone before'])('settles, once, when its program has %s', (how) => {
    const { watch, happen, end } = begin();
    let settled = 0;
    if (how === 'gone before') end();
    watch.connectedFrom(40001);
    watch.whenSettled(() => (settled += 1));
    if (how === 'reported all') happen(40001);
    end();
    end();
    expect(settled).toBe(1);
  });

  test('a watch without a connection can be stopped, even twice', () => {
    const { watch, happen } = begin();
    watch.stop();
    watch.stop();
    expect(() => happen(40001)).not.toThrow();
  });
});

test('the reports of client-socket keep the same rules', async () => {
  const reports: Report[] = [];
  const zero = monotonicUs();
  const client = new ClientSocket({ host: '127.0.0.1', port: await startNumberServer() }, zero, (report) =>
    reports.push(report),
  );
  onTestFinished(() => client.close());
  expect(await client.connect()).toBe('ok');
  expect(await client.send(Buffer.from('0079', 'hex'))).toBe('ok');
  for (let bytes: Buffer | string = 'none'; bytes.length > 0;) bytes = await client.recv(2);
  client.close();
  const count = reports.length;
  client.close();
  client.reset();
  expect(reports).toHaveLength(count);
  expectReports(reports, zero);
  for (const { at } of reports) expect(at).toBeGreaterThanOrEqual(0);
});

test('client-socket reports nothing after its close, whatever the peer still sends', async () => {
  const reports: Report[] = [];
  const port = await startNumberServer();
  const client = new ClientSocket({ host: '127.0.0.1', port }, monotonicUs(), (report) => reports.push(report));
  await client.connect();
  await client.send(Buffer.from('0079', 'hex'));
  client.close();
  const count = reports.length;
  // A second exchange takes longer than what may still be under way from the first.
  const other = connect({ port, host: '127.0.0.1' }).resume();
  other.end('x');
  await once(other, 'close');
  expect(reports).toHaveLength(count);
});
