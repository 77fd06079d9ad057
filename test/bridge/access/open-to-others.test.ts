import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { LIMITS } from '../../../bridge/protocol/limits.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge, startOwning, startServer, type TestBridge } from '../../helpers/bridge.ts';
import { connectRaw } from '../../helpers/clients/raw-request.ts';
import { Page } from '../../helpers/clients/page.ts';
import { until } from '../../helpers/until.ts';

/** A bridge that other machines can reach. */
const startOpen = (settings: Parameters<typeof startBridge>[0] = {}): Promise<TestBridge> =>
  startBridge({ listenOn: '0.0.0.0', ...settings });

const tokenOf = ({ query }: TestBridge): string => query.slice('?token='.length);

/** The status of an upgrade: 101, or what it was refused with. */
function upgrade({ port, origin }: TestBridge, query: string, options: WebSocket.ClientOptions = {}): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, { origin, ...options });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode!));
    socket.once('error', reject);
  });
}

const health = ({ origin }: TestBridge, query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${origin}/health${query}`, { headers });

describe('a bridge that other machines can reach takes a token', () => {
  test('of at least 128 bits, another one at each start', async () => {
    const tokens = [tokenOf(await startOpen()), tokenOf(await startOpen())];
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) {
      expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
    }
  });

  test('for the socket and the facts: neither without it, nor with a wrong one', async () => {
    const bridge = await startOpen();
    const token = tokenOf(bridge);
    const wrong = [
      '',
      '?token=',
      '?token=x',
      `?token=${token.slice(0, -1)}`,
      `?token=${token}x`,
      `?token=${token.toLowerCase()}x`,
      `?token=${token}&token=${token}`,
      `?token=x&token=${token}`,
      `?token[]=${token}`,
      `?TOKEN=${token}`,
      `?${token}`,
      '?__proto__=x',
    ];
    for (const query of wrong) {
      const answer = await health(bridge, query);
      expect(answer.status, query).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'TOKEN_REQUIRED' });
      expect(await upgrade(bridge, query), query).toBe(401);
    }
    expect((await health(bridge, '', { authorization: `Basic ${token}` })).status).toBe(401);
    expect((await health(bridge, '', { cookie: `token=${token}` })).status).toBe(401);
    expect((await health(bridge, '', { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await health(bridge, `?token=${token}`)).status).toBe(200);
    expect(await upgrade(bridge, `?token=${token}`)).toBe(101);
  });

  test('the token does not stand in for an origin or a host that is allowed', async () => {
    const bridge = await startOpen();
    expect(await upgrade(bridge, bridge.query, { origin: 'http://evil.example' })).toBe(403);
    const host = `evil.example:${bridge.port}`;
    expect(await upgrade(bridge, bridge.query, { origin: `http://${host}`, headers: { host } })).toBe(403);
  });

  test('the files of the page need none: they are the same for everybody', async () => {
    const { origin } = await startOpen();
    const answer = await fetch(`${origin}/`);
    expect([200, 404]).toContain(answer.status);
  });

  test('one that the owner chose, then also where only this machine reaches the bridge', async () => {
    const bridge = await startBridge({ token: 'chosen-by-the-owner' });
    expect(bridge.query).toBe('?token=chosen-by-the-owner');
    expect(await upgrade(bridge, '')).toBe(401);
    expect(await upgrade(bridge, '?token=chosen-by-the-owner')).toBe(101);
  });

  test('none, where only this machine reaches the bridge and nobody chose one', async () => {
    const bridge = await startBridge();
    expect(bridge.query).toBe('');
    expect(await upgrade(bridge, '')).toBe(101);
  });
});

test("under each of the machine's own addresses, and no other name", async () => {
  const bridge = await startOpen();
  const own = Object.values(networkInterfaces()).flatMap((entries) =>
    entries!.filter(({ family }) => family === 'IPv4').map(({ address }) => address),
  );
  expect(own).toContain('127.0.0.1');
  for (const name of [...own, 'localhost']) {
    const host = `${name}:${bridge.port}`;
    expect(await upgrade(bridge, bridge.query, { origin: `http://${host}`, headers: { host } }), name).toBe(101);
  }
  for (const name of ['0.0.0.0', '192.168.254.254', 'evil.example', '127.0.0.2', '[::1]x', '*']) {
    const host = `${name}:${bridge.port}`;
    expect(await upgrade(bridge, bridge.query, { origin: `http://${host}`, headers: { host } }), name).toBe(403);
  }
});

describe('who may start and stop the server program', () => {
  const states = async (bridge: TestBridge) => (await bridge.health()).server.state;

  test('pages of this machine alone', async () => {
    const bridge = await startOwning();
    const page = await Page.open(bridge);
    expect((await page.message('hello')).mayControl).toBe(true);
    page.send({ type: 'server', action: 'stop' });
    await until(async () => (await states(bridge)) === 'stopped');
  });

  test.each([
    ['no page where other machines reach the bridge', { listenOn: '0.0.0.0' }],
    ['no page where the owner forbids it', { allowControl: false }],
  ])('%s', async (_, settings) => {
    const bridge = await startOwning(settings);
    const page = await Page.open(bridge);
    expect((await page.message('hello')).mayControl).toBe(false);
    for (const action of ['stop', 'start'])
      expect(await page.complaint({ type: 'server', action })).toMatchObject({ code: 'CONTROL_NOT_ALLOWED' });
    expect(await states(bridge)).toBe('listening');
    expect((await page.run(plainScript(3n))).done.outcome).toBe('replied');
  });

  test('any page that has the token, where the owner allows it', async () => {
    const bridge = await startOwning({ listenOn: '0.0.0.0', allowControl: true });
    const page = await Page.open(bridge);
    expect((await page.message('hello')).mayControl).toBe(true);
    page.send({ type: 'server', action: 'stop' });
    await until(async () => (await states(bridge)) === 'stopped');
  });
});

describe('what one address may take, the others have left', () => {
  const elsewhere = { localAddress: '127.0.0.9' };

  test('hello tells the limits that are in effect', async () => {
    expect((await (await startOpen()).health()).limits).toEqual(LIMITS);
  });

  test('pages: one more is refused, until one is closed', async () => {
    const bridge = await startOpen({ limits: { pagesPerAddress: 3, pagesInAll: 5 } });
    const pages = [await Page.open(bridge), await Page.open(bridge), await Page.open(bridge)];
    expect(await upgrade(bridge, bridge.query)).toBe(503);
    expect(await upgrade(bridge, bridge.query, elsewhere)).toBe(101);
    expect(await upgrade(bridge, bridge.query, { localAddress: '127.0.0.8' })).toBe(101);
    expect(await upgrade(bridge, bridge.query, { localAddress: '127.0.0.7' })).toBe(503);
    pages[0]!.socket.terminate();
    await until(async () => (await upgrade(bridge, bridge.query)) === 101);
  });

  test('pages that leave rudely, or never came to be, take no place for ever', async () => {
    const bridge = await startOpen({ limits: { pagesPerAddress: 2 } });
    for (let turn = 0; turn < 20; turn++) {
      const socket = new WebSocket(`ws://127.0.0.1:${bridge.port}/ws${bridge.query}`, { origin: bridge.origin });
      socket.on('error', () => {});
      if (turn % 2 === 0) socket.once('open', () => socket.terminate());
      else socket.once('upgrade', (response) => response.socket.resetAndDestroy());
      await once(socket, 'close');
    }
    await until(async () => (await upgrade(bridge, bridge.query)) === 101);
  });

  test('sockets that are opened: those of foreign pages and wrong tokens do not count', async () => {
    const bridge = await startOpen({ limits: { upgradesPerMinutePerAddress: 5 } });
    for (let turn = 0; turn < 20; turn++) {
      expect(await upgrade(bridge, bridge.query, { origin: 'http://evil.example' })).toBe(403);
      expect(await upgrade(bridge, '?token=guess')).toBe(401);
      expect(await upgrade(bridge, '')).toBe(401);
    }
    for (let turn = 0; turn < 5; turn++) expect(await upgrade(bridge, bridge.query)).toBe(101);
    expect(await upgrade(bridge, bridge.query)).toBe(429);
    expect(await upgrade(bridge, bridge.query, elsewhere)).toBe(101);
  });

  test('guesses of the token, on all routes together: the right one passes all the same', async () => {
    const bridge = await startOpen({ limits: { guessesPerMinutePerAddress: 6 } });
    const health = (query: string) => fetch(`${bridge.origin}/health${query}`).then(({ status }) => status);
    for (let turn = 0; turn < 3; turn++) {
      expect(await health('?token=guess')).toBe(401);
      expect(await upgrade(bridge, '?token=guess')).toBe(401);
    }
    expect(await health('?token=guess')).toBe(429);
    expect(await upgrade(bridge, '?token=guess')).toBe(429);
    expect(await upgrade(bridge, '?token=guess', elsewhere)).toBe(401);
    expect(await health('')).toBe(401);
    expect(await health(bridge.query)).toBe(200);
    expect(await upgrade(bridge, bridge.query)).toBe(101);
  });

  test('connections of strangers leave, the oldest first, where a user needs a place', async () => {
    const bridge = await startOpen({ limits: { connectionsPerAddress: 3, connectionsInAll: 4 } });
    const page = await Page.open(bridge);
    const strangers = [await connectRaw(bridge.port), await connectRaw(bridge.port)];
    const oldest = once(strangers[0]!.resume(), 'close');
    const other = await Page.open(bridge);
    await oldest;
    expect(strangers[1]!.closed).toBe(false);
    await connectRaw(bridge.port, '127.0.0.9');
    const further = await Page.open({ ...bridge, ...elsewhere });
    for (const each of [page, other, further]) expect((await each.complaint('#')).code).toBe('BAD_JSON');
  });

  test('runs, of all its pages together', async () => {
    const targetPort = await startServer((socket) => socket.resume());
    const bridge = await startOpen({ targetPort, limits: { runsPerPage: 2, runsPerAddress: 3, runsInAll: 4 } });
    const [first, second, other] = [
      await Page.open(bridge),
      await Page.open(bridge),
      await Page.open({ ...bridge, ...elsewhere }),
    ];
    const waiting = [{ do: 'recv' } as const];
    const refused = async (page: Page): Promise<void> =>
      expect(await page.complaint({ type: 'run', id: 'more', script: waiting })).toMatchObject({
        id: 'more',
        code: 'TOO_MANY_RUNS',
      });
    const ids = [first.start(waiting), first.start(waiting)];
    await refused(first);
    second.start(waiting);
    await refused(second);
    other.start(waiting);
    await refused(other);
    for (const id of ids) first.send({ type: 'cancel', id });
    await first.message('done', ({ id }) => id === ids[1]);
    second.start(waiting, 'again');
    await second.message('steps', ({ id }) => id === 'again');
  });

  test('messages in a second, of all its pages together', async () => {
    const bridge = await startOpen({ limits: { messagesPerSecondPerAddress: 60 } });
    const pages = [await Page.open(bridge), await Page.open(bridge)];
    const other = await Page.open({ ...bridge, ...elsewhere });
    // Each alone sends less than a page may.
    for (let turn = 0; turn < 40; turn++)
      for (const page of pages) for (let more = 0; more < 6; more++) page.socket.send('#');
    await until(() => pages.every((page) => page.count('error') === 240));
    const codes = pages.flatMap(({ messages }) =>
      messages.flatMap((message) => ('code' in message ? [message.code] : [])),
    );
    expect(new Set(codes)).toEqual(new Set(['BAD_JSON', 'TOO_MANY_MESSAGES']));
    expect((await other.complaint('#')).code).toBe('BAD_JSON');
  });

  test('connections, whatever they carry: the next is closed at once', async () => {
    const bridge = await startOpen({ limits: { connectionsPerAddress: 4 } });
    const pages = await Promise.all([1, 2, 3, 4].map(() => Page.open(bridge)));
    await expect(upgrade(bridge, bridge.query)).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(await upgrade(bridge, bridge.query, elsewhere)).toBe(101);
    pages[0]!.socket.terminate();
    await until(() =>
      upgrade(bridge, bridge.query)
        .then((status) => status === 101)
        .catch(() => false),
    );
  });
});
