import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { plainScript, type Script } from '../../../bridge/trace/script.ts';
import { startBridge, startNumberServer, startOwning, startServer } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { endOf, type End } from '../../helpers/clients/tcp-client.ts';
import { calls, expectCausal } from '../../helpers/trace-checks.ts';
import { quickest } from '../../helpers/quickest.ts';
import { until } from '../../helpers/until.ts';

/** A server that keeps its connections and never replies; `ends` lists how each client ended its connection. */
async function startKeeping(): Promise<{ port: number; sockets: Socket[]; ends: End[] }> {
  const sockets: Socket[] = [];
  const ends: End[] = [];
  const port = await startServer((socket) => {
    sockets.push(socket);
    socket.resume();
    socket.once('end', () => ends.push(endOf(socket)));
    socket.once('error', (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET' && ends.push('rst'));
  });
  return { port, sockets, ends };
}

test('several runs on one page at once, interleaved: each its own steps, one done each', async () => {
  const page = await Page.open(await startOwning());
  const ids = Array.from({ length: 64 }, (_, number) => page.start(plainScript(BigInt(number))));
  for (const id of ids) await page.message('done', (done) => done.id === id);
  const ports = new Set<string>();
  for (const [number, id] of ids.entries()) {
    const { outcome, reply } = await page.message('done', (done) => done.id === id);
    expect(outcome).toBe('replied');
    expect(reply?.text).toBe(number % 2 === 0 ? 'PAR' : 'ÍMPAR');
    const steps = page.steps(id);
    expectCausal(steps);
    const accept = calls(steps).find(({ side, name }) => side === 'server' && name === 'accept');
    expect(accept?.evidence).toBe('observed');
    ports.add(accept!.peer!);
    const sent = calls(steps).find(({ side, name }) => side === 'client' && name === 'send')!;
    const got = calls(steps).find(({ side, name }) => side === 'server' && name === 'recv')!;
    expect(got).toMatchObject({ evidence: 'observed', payload: sent.payload });
    expect(page.count('done', id)).toBe(1);
  }
  expect(ports.size).toBe(ids.length);
});

test('a slow run does not hold up a quick one', async () => {
  const page = await Page.open(await startBridge({ targetPort: await startNumberServer() }));
  const slow = page.start([{ do: 'recv' }], 'slow');
  const quick = await page.run(plainScript(2n));
  expect(quick.done.outcome).toBe('replied');
  expect(page.count('done', slow)).toBe(0);
  page.send({ type: 'cancel', id: slow });
  expect(await page.message('done', ({ id }) => id === slow)).toMatchObject({ outcome: 'cancelled' });
});

test('no step of a run follows its done', async () => {
  const page = await Page.open(await startOwning());
  for (let turn = 0; turn < 5; turn++) await page.run(plainScript(3n));
  page.send({ type: 'server', action: 'stop' });
  await page.message('hello', ({ server }) => server.state === 'stopped');
  const ended = new Set<unknown>();
  for (const message of page.messages) {
    if (message.type === 'steps') expect(ended.has(message.id)).toBe(false);
    if (message.type === 'done') ended.add(message.id);
  }
  expect(ended.size).toBe(5);
});

describe('a run is given up', () => {
  test('by a cancel: its TCP connection is aborted', async () => {
    const { port, sockets, ends } = await startKeeping();
    const page = await Page.open(await startBridge({ targetPort: port }));
    const id = page.start([{ do: 'send', hex: '00' }, { do: 'recv' }]);
    await until(() => sockets.length === 1);
    page.send({ type: 'cancel', id });
    expect(await page.message('done')).toMatchObject({ id, outcome: 'cancelled' });
    await until(() => ends.length === 1);
    expect(ends).toEqual(['rst']);
    expectCausal(page.steps(id));
  });

  test.each<[string, (page: Page) => void]>([
    ['closes', (page) => page.socket.close()],
    ['vanishes without closing', (page) => page.socket.terminate()],
  ])('by a page that %s: all its TCP connections are aborted, no other', async (_, leave) => {
    const { port, sockets, ends } = await startKeeping();
    const bridge = await startBridge({ targetPort: port });
    const page = await Page.open(bridge);
    const other = await Page.open(bridge);
    for (let turn = 0; turn < 5; turn++) page.start([{ do: 'recv' }]);
    await until(() => sockets.length === 5);
    const kept = other.start([{ do: 'recv' }]);
    await until(() => sockets.length === 6);
    leave(page);
    await until(() => ends.length === 5);
    expect(ends).toEqual(Array(5).fill('rst'));
    expect(other.count('done')).toBe(0);
    other.send({ type: 'cancel', id: kept });
    await other.message('done');
  });

  test('by the end of the bridge, in under a second, with a page that does not read', async () => {
    const attempt = async (): Promise<number> => {
      const { port, sockets, ends } = await startKeeping();
      const bridge = await startBridge({ targetPort: port });
      const page = await Page.open(bridge);
      page.start([{ do: 'recv' }]);
      page.start([{ do: 'wait', ms: 20_000 }]);
      await until(() => sockets.length === 2);
      page.socket.pause();
      const startedAt = performance.now();
      await bridge.app.close();
      const tookMs = performance.now() - startedAt;
      await until(() => ends.length === 2);
      expect(ends).toEqual(['rst', 'rst']);
      await expect(Page.open(bridge)).rejects.toThrow('ECONNREFUSED');
      return tookMs;
    };
    expect(await quickest(1000, attempt)).toBeLessThan(1000);
  });
});

test('a server that is not there: the run is refused, and has a trace', async () => {
  const bridge = await startOwning();
  const page = await Page.open(bridge);
  page.send({ type: 'server', action: 'stop' });
  await page.message('hello', ({ server }) => server.state === 'stopped');
  const { done, steps } = await page.run(plainScript(1n));
  expect(done).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
  expectCausal(steps);
  expect(steps.some(({ kind, side }) => kind === 'call' && side === 'server')).toBe(false);
});

test('two runs end in the order in which the server replies, not in the order of their start', async () => {
  const replies: Socket[] = [];
  const port = await startServer((socket) => replies.push(socket));
  const page = await Page.open(await startBridge({ targetPort: port }));
  const script: Script = [{ do: 'recv', bytes: 2 }, { do: 'close' }];
  const [first, second] = [page.start(script), page.start(script)];
  await until(() => replies.length === 2);
  const ended = once(replies[1]!, 'close');
  replies[1]!.resume().end('ab');
  const done = await page.message('done');
  expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'ab' } });
  await ended;
  replies[0]!.resume().end('cd');
  expect(await page.message('done', ({ id }) => id !== done.id)).toMatchObject({ reply: { text: 'cd' } });
  expect(new Set(page.messages.flatMap((message) => (message.type === 'done' ? [message.id] : [])))).toEqual(
    new Set([first, second]),
  );
});
