import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monotonicUs, realtimeOffsetUs } from '../../../../bridge/machine/clock.ts';
import { PcapReader, type CaptureRecord } from '../../../../bridge/packet/capture-file/pcap-reader.ts';
import { PacketCapture, type PacketCaptureOptions } from '../../../../bridge/sources/capture/packet-capture.ts';
import { plainScript, type Script } from '../../../../bridge/trace/script.ts';
import { DirectWire } from '../../../../bridge/wires/direct.ts';
import { startBridge, startNumberServer, startServer } from '../../../helpers/bridge.ts';
import { capturesFor, mayCapture, playOn, type CapturedRun } from '../../../helpers/packets/capture.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { CLIENT } from '../../../helpers/programs/built-programs.ts';
import { startNode } from '../../../helpers/programs/program.ts';
import { expectCausal, segmentNames, segments, states } from '../../../helpers/trace-checks.ts';
import { until } from '../../../helpers/until.ts';

const here = await mayCapture();
const onLinux = process.platform === 'linux';

/** A direct wire to 127.0.0.1 with a capture of its own, closed with the test. */
function captured(
  port: number,
  more: Partial<PacketCaptureOptions> = {},
): { wire: DirectWire; capture: PacketCapture } {
  const target = { host: '127.0.0.1', port };
  const capture = new PacketCapture({ target, allowed: true, ...more });
  const wire = new DirectWire(target, capture);
  onTestFinished(() => wire.close());
  return { wire, capture };
}

const captureOf = ({ sources }: CapturedRun) => sources.find(({ name }) => name === 'capture');

function expectCaptured(run: CapturedRun): void {
  expect(captureOf(run)).toEqual({ name: 'capture', tells: 'segments', active: true });
  expectCausal(run.steps);
  const all = segments(run.steps);
  expect(all.filter(({ evidence }) => evidence !== 'captured')).toEqual([]);
  for (const { id, header, rawSeq, arrivedAt, fate } of all) {
    expect(header, id).toMatch(/^45[0-9a-f]{78,}$/);
    expect(rawSeq, id).toBeTypeOf('number');
    expect(fate, id).toBe('delivered');
    expect(arrivedAt, id).toBeDefined();
  }
  expect(all[0]).toMatchObject({ from: 'client', flags: ['SYN'], seq: 0, causedBy: 'client.connect' });
}

const statesOf = (run: CapturedRun, side: 'client' | 'server') => states(run.steps, side).map(({ to }) => to);

describe.runIf(here.active)('where tcpdump may capture', () => {
  test('a plain run: every segment was seen, in order, with its options and its window', async () => {
    const { wire, capture } = captured(await startNumberServer());
    const run = await playOn(wire, plainScript(121n)).done;
    expect(run).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
    expect(capture.status()).toEqual({ name: 'capture', active: true });
    expectCaptured(run);
    expect(segmentNames(run.steps).slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
    expect(segmentNames(run.steps).at(-1)).toMatch(/^(client|server) ACK$/);
    const data = segments(run.steps).filter(({ length }) => length > 0);
    expect(data.map(({ from, payload }) => [from, payload])).toEqual([
      ['client', '0079'],
      ['server', 'c38d4d504152'],
    ]);
    expect(segments(run.steps)[0]!.options).toContainEqual(expect.stringMatching(/^mss \d+$/));
    expect(statesOf(run, 'client').slice(0, 2)).toEqual(['SYN_SENT', 'ESTABLISHED']);
    expect(statesOf(run, 'client').at(-1)).toMatch(/^(CLOSED|TIME_WAIT)$/);
    expect(statesOf(run, 'server').slice(0, 3)).toEqual(['LISTEN', 'SYN_RCVD', 'ESTABLISHED']);
  });

  test('a run that is cancelled: its RST was seen', async () => {
    let reached = false;
    const { wire } = captured(await startServer((socket) => socket.once('data', () => (reached = true))));
    const { session, done } = playOn(wire, [{ do: 'send', hex: '00' }, { do: 'recv' }]);
    await until(() => reached);
    session.cancel();
    const run = await done;
    expect(run.outcome).toBe('cancelled');
    expectCaptured(run);
    expect(segmentNames(run.steps).at(-1)).toBe('client RST ACK');
  });

  test.each<[string, Script, string]>([
    ['reset', [{ do: 'send', hex: '0079' }, { do: 'reset' }], 'reset'],
    ['half-close', [{ do: 'send', hex: '0079' }, { do: 'shutdown' }, { do: 'recv' }, { do: 'close' }], 'replied'],
    ['more than the server reads', [{ do: 'send', hex: '00'.repeat(1025) }, { do: 'recv' }, { do: 'close' }], 'reset'],
    ['no byte', [{ do: 'close' }], 'silent'],
  ])('%s', async (_, script, outcome) => {
    const { wire } = captured(await startNumberServer());
    const run = await playOn(wire, script).done;
    expect(run.outcome).toBe(outcome);
    expectCaptured(run);
    const last = statesOf(run, 'client').at(-1);
    expect(last).toMatch(outcome === 'reset' ? /^CLOSED$/ : /^(CLOSED|TIME_WAIT)$/);
  });

  test('refused: the SYN and the RST', async () => {
    const { wire } = captured(await freePort());
    const run = await playOn(wire, plainScript(1n)).done;
    expect(run).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
    expectCaptured(run);
    expect(segmentNames(run.steps)).toEqual(['client SYN', 'server RST ACK']);
    expect(statesOf(run, 'client')).toEqual(['SYN_SENT', 'CLOSED']);
  });

  test('over IPv6 too', async (context) => {
    const server = (await import('node:net')).createServer((socket) => socket.end('PAR').on('error', () => {}));
    onTestFinished(() => void server.close());
    server.listen(0, '::1');
    const listens = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    if (!listens) return context.skip('no IPv6 on this machine');
    const target = { host: '::1', port: (server.address() as { port: number }).port };
    const wire = new DirectWire(target, new PacketCapture({ target, allowed: true }));
    onTestFinished(() => wire.close());
    const run = await playOn(wire, [{ do: 'recv' }, { do: 'close' }]).done;
    expect(captureOf(run)).toEqual({ name: 'capture', tells: 'segments', active: true });
    expect(segments(run.steps)[0]).toMatchObject({ evidence: 'captured', flags: ['SYN'] });
    expect(segments(run.steps).some(({ evidence }) => evidence === 'inferred')).toBe(false);
  });

  test('twenty runs at once, and a stranger on the same port: each run has its own segments, and one tcpdump does for all', async () => {
    const port = await startNumberServer();
    const { wire } = captured(port);
    const runs = Array.from({ length: 20 }, (_, index) => playOn(wire, plainScript(BigInt(1000 + index))).done);
    const stranger = connect({ port, host: '127.0.0.1' }).resume();
    stranger.end('stranger');
    await once(stranger, 'close');
    const clientPorts = new Set<string>();
    for (const [index, run] of (await Promise.all(runs)).entries()) {
      expectCaptured(run);
      const all = segments(run.steps);
      const ports = all.map(({ from, header }) => header!.slice(from === 'client' ? 40 : 44).slice(0, 4));
      expect(new Set(ports).size).toBe(1);
      clientPorts.add(ports[0]!);
      const sent = all.filter(({ from, length }) => from === 'client' && length > 0);
      expect(sent.map(({ payload }) => parseInt(payload, 16))).toEqual([1000 + index]);
      expect(all.filter(({ flags }) => flags.includes('SYN'))).toHaveLength(2);
    }
    expect(clientPorts.size).toBe(20);
  });

  test.runIf(onLinux)('tcpdump runs while a run does, and not longer', async () => {
    let hold = true;
    const port = await startServer((socket) => socket.on('data', () => hold || socket.end()));
    const { wire } = captured(port);
    expect(capturesFor(port)).toEqual([]);
    const { session, done } = playOn(wire, [{ do: 'recv' }]);
    await until(() => capturesFor(port).length === 1);
    hold = false;
    const other = await playOn(wire, [{ do: 'send', hex: '00' }, { do: 'recv' }]).done;
    expectCaptured(other);
    expect(capturesFor(port).length).toBe(1);
    session.cancel();
    await done;
    await until(() => capturesFor(port).length === 0);
  });

  test.runIf(onLinux)('close() leaves no tcpdump, also while a run is on or about to be', async () => {
    const port = await startServer((socket) => socket.resume());
    const { wire } = captured(port);
    const first = playOn(wire, [{ do: 'recv' }]);
    await until(() => capturesFor(port).length === 1);
    const closed = wire.close();
    const second = playOn(wire, [{ do: 'recv' }]);
    first.session.cancel();
    second.session.cancel();
    await closed;
    expect(await first.done).toMatchObject({ outcome: 'cancelled' });
    expect(await second.done).toMatchObject({ outcome: 'cancelled' });
    await until(() => capturesFor(port).length === 0);
  });

  test.runIf(onLinux)('a bridge that is killed leaves no tcpdump', async () => {
    let reached = false;
    const port = await startServer((socket) => socket.once('data', () => (reached = true)));
    const url = (path: string) => JSON.stringify(new URL(`../../../../dist/bridge/${path}`, import.meta.url).href);
    const bridge = startNode([
      '--input-type=module',
      '-e',
      `import { runOnce } from ${url('run-once.js')};
       void runOnce({ wire: 'direct', target: { host: '127.0.0.1', port: ${port} }, ownsServer: false, capture: 'auto' },
         [{ do: 'send', hex: '00' }, { do: 'recv' }]);`,
    ]);
    // The one that only tried may be on its way out still.
    await until(() => reached && capturesFor(port).length === 1);
    process.kill(bridge.child.pid!, 'SIGKILL');
    await bridge.ended;
    await until(() => capturesFor(port).length === 0);
  });

  test.runIf(onLinux)(
    'a tcpdump that is killed: the run says that not all was seen, and the next has another',
    async () => {
      let reached = false;
      const port = await startServer((socket) =>
        socket.once('data', (bytes: Buffer) => {
          reached = true;
          if (bytes[0] === 1) socket.end();
        }),
      );
      const { wire } = captured(port);
      const { session, done, isCaptured } = playOn(wire, [{ do: 'send', hex: '00' }, { do: 'recv' }]);
      await until(() => reached && isCaptured());
      for (const pid of capturesFor(port)) process.kill(pid, 'SIGKILL');
      await until(() => capturesFor(port).length === 0);
      session.cancel();
      expect(captureOf(await done)).toEqual({
        name: 'capture',
        tells: 'segments',
        active: true,
        why: 'CAPTURE_ENDED_EARLY',
      });
      expectCaptured(await playOn(wire, [{ do: 'send', hex: '01' }, { do: 'recv' }]).done);
    },
  );

  test.each([3_600_000, -3_600_000])('the clock is set by %d ms in mid-run: every time is as before', async (byMs) => {
    let setMs = 0;
    const port = await startServer((socket) => socket.once('data', () => ((setMs = byMs), socket.end('ok'))));
    const { wire } = captured(port, {
      clocks: {
        monotonicUs,
        realtimeMs: () => Date.now() + setMs,
        realtimeOffsetUs: () => realtimeOffsetUs() + setMs * 1000,
      },
    });
    const run = await playOn(wire, plainScript(121n)).done;
    expect(run.outcome).toBe('replied');
    expectCaptured(run);
    const times = segments(run.steps).map(({ at }) => at);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...times)).toBeLessThan(run.durationUs + 1e6);
  });

  test('the page is told, and its runs have captured segments', async () => {
    const bridge = await startBridge({ capture: 'auto', targetPort: await startNumberServer() });
    expect((await bridge.health()).sources).toContainEqual({ name: 'capture', tells: 'segments', active: true });
    const run = await (await Page.open(bridge)).run(plainScript(121n));
    expect(run.done.sources).toContainEqual({ name: 'capture', tells: 'segments', active: true });
    expect(new Set(segments(run.steps).map(({ evidence }) => evidence))).toEqual(new Set(['captured']));
  });

  test('npm run client -- 121 --target … --pcap FILE', async () => {
    const port = await startNumberServer();
    const startedAt = Date.now();
    const { program, file } = startClient(port);
    expect(await program.ended, program.err.join('\n')).toBe(0);
    const endedAt = Date.now();
    const records: CaptureRecord[] = [];
    const reader = new PcapReader((record) => records.push(record));
    reader.feed(readFileSync(file));
    reader.end();
    expect(records.length).toBeGreaterThan(7);
    for (const { at } of records) {
      const atMs = Number(at / 1_000_000n);
      expect(atMs).toBeGreaterThanOrEqual(startedAt);
      expect(atMs).toBeLessThanOrEqual(endedAt);
    }
  });
});

/** The terminal client, saving what it captures. */
function startClient(port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'run.pcap');
  const args = ['121', '--target', `127.0.0.1:${port}`, '--pcap', file];
  return { program: startNode([...CLIENT, ...args]), file };
}

describe.runIf(!here.active)('where tcpdump may not capture', () => {
  test('a bridge says why, and what would help', async () => {
    const wire = await DirectWire.make({ host: '127.0.0.1', port: 1 }, 'auto');
    onTestFinished(() => wire.close());
    expect(wire.status()).toEqual([{ ...here, tells: 'segments' }]);
    expect(wire.captureAdvice).toMatch(/\.( This would help: .+| It said: .+)?$/);
  });

  test('--pcap fails with a sentence', async () => {
    const { program } = startClient(await startNumberServer());
    expect(await program.ended).toBe(1);
    expect(program.err.join('\n')).toMatch(/^No packets were captured\. .+ Or use --wire lab\.$/);
  });
});

/** A program that stands in for tcpdump: a line of shell. Answers its path, and how to change it. */
function standIn(line: string): { program: string; change: (line: string) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'tcpdump');
  const change = (text: string) => writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  change(line);
  return { program, change };
}

const DENIED = `echo "tcpdump: lo: You don't have permission to perform this capture on that device" >&2; exit 1`;

describe('whoever the user is', () => {
  test.each<[string, string, string, RegExp]>([
    ['not permitted', DENIED, 'CAPTURE_NOT_PERMITTED', /setcap cap_net_raw=ep/],
    ['not as we know it', 'echo "tcpdump: unknown option" >&2; exit 1', 'CAPTURE_FAILED', /unknown option/],
    ['ended at once', 'exit 0', 'CAPTURE_FAILED', /cannot capture/],
    ['no pcap', 'echo nonsense nonsense nonsense nonsense; echo x >&2; exit 0', 'CAPTURE_FAILED', /cannot capture/],
  ])('%s: a code, a sentence, and runs as ever', async (_, line, why, sentence) => {
    const { wire, capture } = captured(await startNumberServer(), standIn(line));
    await capture.try();
    expect(capture.status()).toEqual({ name: 'capture', active: false, why });
    expect(wire.captureAdvice).toMatch(sentence);
    const run = await playOn(wire, plainScript(121n)).done;
    expect(run.outcome).toBe('replied');
    expect(captureOf(run)).toEqual({ name: 'capture', tells: 'segments', active: false, why });
    expect(new Set(segments(run.steps).map(({ evidence }) => evidence))).toEqual(new Set(['inferred']));
    expectCausal(run.steps);
  });

  test('not installed', async () => {
    const { wire, capture } = captured(1, { program: join(tmpdir(), 'no', 'such', 'tcpdump') });
    await capture.try();
    expect(capture.status()).toMatchObject({ why: 'CAPTURE_NO_TCPDUMP' });
    expect(wire.captureAdvice).toMatch(/install tcpdump/);
  });

  test('not permitted to run it', async () => {
    const { program } = standIn('exit 0');
    chmodSync(program, 0o644);
    const { wire, capture } = captured(1, { program });
    await capture.try();
    expect(capture.status()).toMatchObject({ why: 'CAPTURE_NOT_PERMITTED' });
    expect(wire.captureAdvice).toMatch(/setcap/);
  });

  test('switched off: nothing is started, nothing is advised', async () => {
    const { wire, capture } = captured(await startNumberServer(), { allowed: false, program: '/no/such/tcpdump' });
    await capture.try();
    expect(capture.status()).toEqual({ name: 'capture', active: false, why: 'CAPTURE_OFF' });
    expect(wire.captureAdvice).toBeUndefined();
    const run = await playOn(wire, plainScript(1n)).done;
    expect(captureOf(run)).toEqual({ name: 'capture', tells: 'segments', active: false, why: 'CAPTURE_OFF' });
  });

  test('no way to the target', async () => {
    const target = { host: '255.255.255.255', port: 9 };
    const capture = new PacketCapture({ target, allowed: true });
    await capture.try();
    expect(capture.status()).toMatchObject({ why: 'CAPTURE_NO_ROUTE' });
  });

  test('it is not tried for each run, but again later: rights may have been granted', async () => {
    const { program, change } = standIn(`echo tried >> "$0.log"; ${DENIED}`);
    const log = () => readFileSync(`${program}.log`, 'utf8').split('\n').length - 1;
    const port = await startNumberServer();
    const seldom = captured(port, { program });
    await seldom.capture.try();
    for (let run = 0; run < 3; run += 1) await playOn(seldom.wire, plainScript(1n)).done;
    expect(log()).toBe(1);

    const { wire, capture } = captured(port, { program, tryAgainMs: 0 });
    let changes = 0;
    capture.onChange = () => (changes += 1);
    await capture.try();
    await capture.try();
    expect(changes).toBe(1);
    expect(log()).toBe(3);
    // One that listens and sees nothing: its runs are told by the others.
    change('echo "tcpdump: listening on lo" >&2; exec sleep 60');
    const run = await playOn(wire, plainScript(1n)).done;
    expect(changes).toBe(2);
    expect(capture.status()).toEqual({ name: 'capture', active: true });
    expect(run.outcome).toBe('replied');
    expect(captureOf(run)).toEqual({ name: 'capture', tells: 'segments', active: false, why: 'CAPTURE_SAW_NOTHING' });
    expect(segmentNames(run.steps).slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
  });

  test('a run that is cancelled before the capture is ready sends nothing', async () => {
    let connections = 0;
    const port = await startServer(() => (connections += 1));
    const { wire } = captured(port, standIn('sleep 0.2; echo "tcpdump: listening on lo" >&2; exec sleep 60'));
    const { session, done } = playOn(wire, plainScript(1n));
    session.cancel();
    const run = await done;
    expect(run.outcome).toBe('cancelled');
    expect(segments(run.steps)).toEqual([]);
    expect(connections).toBe(0);
  });
});
