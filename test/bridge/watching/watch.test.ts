import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { BegunMessage } from '../../../bridge/protocol/messages.ts';
import { startBridge } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { mayCapture } from '../../helpers/packets/capture.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { expectCausal, segmentNames, segments, states } from '../../helpers/trace-checks.ts';
import { until } from '../../helpers/until.ts';

const here = await mayCapture();
const onLinux = process.platform === 'linux';
if (!here.active) console.log(`Skipped, because tcpdump may not capture here: tests of --watch with packets`);

async function watching(port: number, more: Parameters<typeof startBridge>[0] = {}) {
  const started = await startBridge({ targetPort: port, watch: { port }, ownsServer: false, capture: 'auto', ...more });
  await started.bridge.ready(5000);
  return { bridge: started, page: await Page.open(started) };
}

function python(...args: string[]): ChildProcess {
  const child = spawn(PYTHON!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function pythonServer(): Promise<{ port: number; process: ChildProcess }> {
  const child = python('test/fixtures/pair/serves.py');
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { port: Number(line.toString()), process: child };
}

async function startServer(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => serve(socket.on('error', () => {}))).listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const echo = (socket: Socket): void => void socket.on('data', (data) => socket.write(data));

async function connected(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(port, host).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const captureOf = ({ sources }: Pick<BegunMessage, 'sources'>) => sources.find(({ name }) => name === 'capture');

describe.runIf(here.active && onLinux)('where tcpdump may capture', () => {
  test.runIf(PYTHON)('a Python pair: captured segments, states of both kernels, the blocked server', async () => {
    const server = await pythonServer();
    const { page } = await watching(server.port);
    const client = python('test/fixtures/pair/holds.py', '127.0.0.1', String(server.port));
    const begun = await page.message('begun');
    expect(begun).toMatchObject({ by: 'watch', client: expect.stringMatching(/holds\.py|^127\.0\.0\.1:\d+$/) });
    await until(() => {
      const steps = page.steps(begun.id);
      const isBlocked = steps.some((step) => step.kind === 'call' && step.name === 'recv');
      return isBlocked && states(steps).filter(({ to, seenAt }) => to === 'ESTABLISHED' && seenAt).length === 2;
    });
    client.stdin!.end('\n');
    const done = await page.message('done');
    expect(done).toMatchObject({ id: begun.id, outcome: 'replied' });
    expect(done.sources).toContainEqual({ name: 'capture', tells: 'segments', active: true });
    const steps = page.steps(begun.id);
    expectCausal(steps);
    expect(segmentNames(steps).slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
    expect(segments(steps).every(({ evidence }) => evidence === 'captured')).toBe(true);
    expect(new Set(segments(steps).map(({ header }) => header)).size).toBe(segments(steps).length);
    // The server may close so soon that its FIN acknowledges the client's.
    const ofClient = states(steps, 'client').map(({ to }) => to);
    expect(ofClient.filter((to) => to !== 'FIN_WAIT_2')).toEqual([
      'SYN_SENT',
      'ESTABLISHED',
      'FIN_WAIT_1',
      'TIME_WAIT',
    ]);
    const established = states(steps).filter(({ to }) => to === 'ESTABLISHED');
    expect(established.map(({ evidence }) => evidence)).toEqual(['observed', 'observed']);
    expect(states(steps).filter(({ expected }) => expected)).toEqual([]);
    const calls = steps.filter((step) => step.kind === 'call');
    expect(calls.filter(({ side }) => side === 'client')).toEqual([]);
    expect(calls.filter(({ evidence, name }) => evidence === 'observed' && name !== 'accept')[0]).toMatchObject({
      ...{ side: 'server', name: 'recv' },
    });
  });

  test('a page’s own run is shown once, and others beside it', async () => {
    const port = await startServer((socket) => void socket.on('data', () => socket.end('PAR')));
    const { page } = await watching(port);
    const { done } = await page.run(plainScript(120n));
    expect(done.outcome).toBe('replied');
    const socket = await connected(port);
    socket.end('x');
    const begun = await page.message('begun');
    await page.message('done', ({ id }) => id === begun.id);
    expect(page.messages.filter(({ type }) => type === 'begun')).toHaveLength(1);
  });

  test('a connection that was open before has no invented beginning', async () => {
    const port = await startServer(echo);
    const socket = await connected(port);
    const { page } = await watching(port);
    const begun = await page.message('begun');
    expect(captureOf(begun)).toMatchObject({ active: true, why: 'CAPTURE_BEGAN_LATE' });
    socket.end('hello');
    const done = await page.message('done');
    expect(captureOf(done)).toMatchObject({ active: true, why: 'CAPTURE_BEGAN_LATE' });
    expect(done.outcome).toBe('replied');
    const steps = page.steps(begun.id);
    expect(steps.filter(({ evidence }) => evidence === 'inferred')).toEqual([]);
    expect(segments(steps).some(({ flags }) => flags.includes('SYN'))).toBe(false);
    expect(states(steps, 'client')[0]).toMatchObject({ from: 'ESTABLISHED', to: 'ESTABLISHED', evidence: 'observed' });
  });

  test('refused, over IPv6, and reset: each as it was', async () => {
    const port = await startServer((socket) => void socket.resetAndDestroy(), '::1');
    const { page } = await watching(port);
    connect(port, '::1').on('error', () => {});
    const begun = await page.message('begun');
    expect(await page.message('done', ({ id }) => id === begun.id)).toMatchObject({ outcome: 'reset' });
    const count = page.messages.length;
    connect(port, '127.0.0.1').on('error', () => {});
    const refused = await page.message('begun', () => true, count);
    expect(await page.message('done', ({ id }) => id === refused.id)).toMatchObject({ outcome: 'refused' });
    expect(segmentNames(page.steps(refused.id))).toEqual(['client SYN', 'server RST ACK']);
  });

  test('a flood: as many runs at a time as there may be, and the others are counted', async () => {
    const port = await startServer(() => {});
    const { page, bridge } = await watching(port, { limits: { sharedRuns: 3 } });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connected(port)));
    const hello = await page.message('hello', ({ watch }) => watch?.notShown === 17);
    expect(hello.server.state).toBe('external');
    expect(page.messages.filter(({ type }) => type === 'begun')).toHaveLength(3);
    for (const socket of sockets) socket.destroy();
    await until(() => page.messages.filter(({ type }) => type === 'done').length === 3);
    await connected(port);
    await until(() => page.messages.filter(({ type }) => type === 'begun').length === 4);
    expect((await bridge.health()).watch).toEqual({ notShown: 17 });
  });
});

test.runIf(onLinux)('without a capture, the kernel’s table shows the connections and their states', async () => {
  const port = await startServer(echo);
  const { page } = await watching(port, { capture: 'off' });
  const socket = await connected(port);
  const begun = await page.message('begun');
  expect(captureOf(begun)).toMatchObject({ active: false, why: 'CAPTURE_OFF' });
  await until(() => states(page.steps(begun.id)).length === 2);
  socket.end('hello');
  const done = await page.message('done');
  expect(done.outcome).toBe('unknown');
  const steps = page.steps(begun.id);
  expect(steps.filter(({ evidence }) => evidence !== 'observed')).toEqual([]);
  expect(segments(steps)).toEqual([]);
  expect(states(steps, 'server')[0]).toMatchObject({ from: 'ESTABLISHED', to: 'ESTABLISHED' });
});
