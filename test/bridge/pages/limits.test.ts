import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { LIMITS, type Limits } from '../../../bridge/protocol/limits.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge, startServer, type TestBridge } from '../../helpers/bridge.ts';
import { openDeaf, PONG, textFrame } from '../../helpers/clients/deaf-page.ts';
import { Page } from '../../helpers/clients/page.ts';
import { until } from '../../helpers/until.ts';

const waiting = [{ do: 'recv' } as const];

async function startWaiting(): Promise<{ bridge: TestBridge; connections: () => number }> {
  let connections = 0;
  const targetPort = await startServer((socket) => {
    connections += 1;
    socket.resume();
  });
  return { bridge: await startBridge({ targetPort }), connections: () => connections };
}

test('too many runs on a page: an error, until one has ended', async () => {
  const { bridge, connections } = await startWaiting();
  const page = await Page.open(bridge);
  const ids = Array.from({ length: LIMITS.runsPerPage }, () => page.start(waiting));
  expect(await page.complaint({ type: 'run', id: 'more', script: waiting })).toMatchObject({
    id: 'more',
    code: 'TOO_MANY_RUNS',
  });
  await until(() => connections() === LIMITS.runsPerPage);
  page.send({ type: 'cancel', id: ids[0] });
  await page.message('done');
  page.start(waiting, 'again');
  await until(() => connections() === LIMITS.runsPerPage + 1);
  expect(page.count('error')).toBe(1);
});

test('too many runs in all: an error for the page that starts one more', async () => {
  const { bridge, connections } = await startWaiting();
  const pages = LIMITS.runsInAll / LIMITS.runsPerPage;
  for (let number = 0; number < pages; number++) {
    const page = await Page.open(bridge);
    for (let turn = 0; turn < LIMITS.runsPerPage; turn++) page.start(waiting);
    await until(() => connections() === (number + 1) * LIMITS.runsPerPage);
  }
  const late = await Page.open(bridge);
  expect(await late.complaint({ type: 'run', id: 1, script: waiting })).toMatchObject({ id: 1, code: 'TOO_MANY_RUNS' });
  expect(connections()).toBe(LIMITS.runsInAll);
});

test('too many messages in a second: an error for each beyond, and the connection lives on', async () => {
  const bridge = await startBridge({ limits: { messagesPerSecond: 100 } });
  const page = await Page.open(bridge);
  // Far more than the limit, however slow the machine is.
  const count = 5000;
  for (let turn = 0; turn < count; turn++) page.socket.send('#');
  await until(() => page.count('error') === count);
  const codes = new Set(page.messages.flatMap((message) => (message.type === 'error' ? [message.code] : [])));
  expect(codes).toEqual(new Set(['BAD_JSON', 'TOO_MANY_MESSAGES']));
  await until(async () => (await page.complaint('#')).code === 'BAD_JSON');
});

test('compression is not agreed to: a small frame stays small', async () => {
  const { bridge } = await startWaiting();
  const page = await Page.open(bridge);
  expect(page.socket.extensions).toBe('');
});

test('a frame of more than a mebibyte ends this connection, and no other', async () => {
  const { bridge } = await startWaiting();
  const page = await Page.open(bridge);
  const other = await Page.open(bridge);
  const closed = once(page.socket, 'close');
  page.socket.send('x'.repeat(1024 * 1024 + 1));
  const [code] = (await closed) as [number];
  expect([1006, 1009]).toContain(code);
  expect((await other.complaint('{')).code).toBe('BAD_JSON');
});

test('a reply without an end: the run fails, and the connection is aborted', async () => {
  let aborted = false;
  const targetPort = await startServer((socket) => {
    const more = () => socket.write(Buffer.alloc(65_536), (error) => (error ? (aborted = true) : more()));
    more();
  });
  const page = await Page.open(await startBridge({ targetPort }));
  const { done } = await page.run(waiting);
  expect(done).toMatchObject({ outcome: 'failed', error: 'REPLY_TOO_LARGE' });
  await until(() => aborted);
  expect(done.reply!.hex.length).toBeLessThanOrEqual(2 * (LIMITS.replyBytes + 1024 * 1024));
});

test('a reply in thousands of pieces: the trace keeps to its limit, and the run to those of its own', async () => {
  const targetPort = await startServer((socket) => {
    socket.setNoDelay(true);
    const more = () => socket.write('x', (error) => error || setImmediate(more));
    more();
  });
  const stepsPerRun = 500;
  const page = await Page.open(await startBridge({ targetPort, limits: { stepsPerRun, replyBytes: 20_000 } }));
  const { done, steps } = await page.run(waiting);
  expect(done).toMatchObject({ outcome: 'failed', error: 'REPLY_TOO_LARGE' });
  expect(done.leftOut!.steps).toBeGreaterThan(0);
  // Steps are inferred besides those that are reported.
  expect(steps.length).toBeLessThan(4 * stepsPerRun);
});

test('a page that answers no ping is dropped, and its run with it; one that answers stays', async () => {
  let met = '';
  const targetPort = await startServer((socket) => {
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (met = code!)).on('end', () => (met ||= 'end'));
    socket.resume();
  });
  const bridge = await startBridge({ targetPort, limits: { pingMs: 50 } });
  const page = await Page.open(bridge);
  let pings = 0;
  page.socket.on('ping', () => (pings += 1));
  const silent = await openDeaf(bridge);
  silent.resume();
  silent.write(textFrame(JSON.stringify({ type: 'run', id: 1, script: waiting })));
  await once(silent, 'close');
  await until(() => met !== '');
  const before = pings;
  await until(() => pings > before + 2);
  expect(page.socket.readyState).toBe(page.socket.OPEN);
  expect((await page.complaint('#')).code).toBe('BAD_JSON');
});

test('a page that answers no ping, but sends messages, stays connected', async () => {
  const bridge = await startBridge({ limits: { pingMs: 50 } });
  const talking = await openDeaf(bridge);
  onTestFinished(() => void talking.destroy());
  talking.resume();
  const said = setInterval(() => talking.write(textFrame('#')), 5);
  const page = await Page.open(bridge);
  let pings = 0;
  page.socket.on('ping', () => (pings += 1));
  await until(() => pings > 5);
  clearInterval(said);
  expect(talking.destroyed).toBe(false);
  await once(talking, 'close');
});

test('a page that never reads is given up, with its runs, before much waits for it', async () => {
  const { bridge, asked } = await neverRead({});
  expect(asked).toBeGreaterThan(5);
  const page = await Page.open(bridge);
  expect((await page.run(plainScript(2n))).done.outcome).toBe('replied');
});

test('a page that never reads is given up before much waits for all pages together', async () => {
  const { bridge, asked } = await neverRead({ unsentBytesPerPage: 2 ** 40, unsentBytesInAll: 1024 * 1024 });
  expect(asked).toBeGreaterThan(1);
  const page = await Page.open(bridge);
  expect((await page.run(plainScript(2n))).done.outcome).toBe('replied');
});

/** So many replies are far more than any limit lets wait. */
const MOST_ASKED = 40;

/** A page asks for one long reply after another, reads none, and is given up; returns how many it asked for. */
async function neverRead(limits: Partial<Limits>): Promise<{ bridge: TestBridge; asked: number }> {
  let connected = 0;
  const targetPort = await startServer((socket) => {
    connected += 1;
    socket.resume().end(Buffer.alloc(512 * 1024, 'x'));
  });
  const bridge = await startBridge({ targetPort, limits });
  const deaf = await openDeaf(bridge);
  onTestFinished(() => void deaf.destroy());
  const script = [{ do: 'recv' }, { do: 'close' }];
  let asked = 0;
  // Each reply makes well over a mebibyte of messages; the kernel holds some, and the bridge as much as its limit allows.
  while (!deaf.destroyed) {
    deaf.write(textFrame(JSON.stringify({ type: 'run', id: asked++, script })));
    await until(() => {
      // Only a write shows that the connection was aborted.
      deaf.write(PONG);
      return (connected === asked && asked < MOST_ASKED) || deaf.destroyed;
    });
  }
  return { bridge, asked };
}
