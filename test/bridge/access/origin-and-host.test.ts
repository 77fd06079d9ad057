import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startBridge, type TestBridge } from '../../helpers/bridge.ts';

interface Asked {
  status: number;
  body: string;
}

/** How the bridge answers an attempt to upgrade to a WebSocket: 101, or what it refused it with. */
async function upgrade(port: number, headers: { host?: string; origin?: string }, path = '/ws'): Promise<Asked> {
  const { host, origin } = headers;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
    ...(origin !== undefined && { origin }),
    ...(host !== undefined && { headers: { host } }),
  });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ status: 101, body: '' }));
    socket.once('error', reject);
    socket.once('unexpected-response', (_, response) => {
      void text(response).then((body) => resolve({ status: response.statusCode!, body }));
    });
  });
}

async function get(port: number, path: string, headers: Record<string, string> = {}): Promise<Asked> {
  const [response] = (await once(request({ port, host: '127.0.0.1', path, headers }).end(), 'response')) as [
    IncomingMessage,
  ];
  return { status: response.statusCode!, body: await text(response) };
}

/** Everything that comes back for these bytes. */
async function raw(port: number, sent: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  socket.end(sent);
  return text(socket);
}

const refusedFor = (code: string) => ({ status: 403, body: expect.stringContaining(code) as string });

describe('who may open a WebSocket', () => {
  const own = (port: number) => [`http://127.0.0.1:${port}`, `http://localhost:${port}`, `HTTP://LocalHost:${port}`];

  test('the page of this bridge, by each name of this machine', async () => {
    const { port } = await startBridge();
    for (const origin of own(port)) expect(await upgrade(port, { origin })).toMatchObject({ status: 101 });
  });

  test.each<[string, (bridge: TestBridge) => string | undefined]>([
    ['foreign', () => 'http://evil.example'],
    ['foreign with the port of the bridge', ({ port }) => `http://evil.example:${port}`],
    ['missing', () => undefined],
    ['null', () => 'null'],
    ['the word that means none', () => 'none'],
    ['of another port', ({ port }) => `http://127.0.0.1:${port + 1}`],
    ['without a port', () => 'http://127.0.0.1'],
    ['of another scheme', ({ port }) => `https://127.0.0.1:${port}`],
    ['that begins alike', ({ port }) => `http://127.0.0.1:${port}.evil.example`],
    ['with a path', ({ port }) => `http://127.0.0.1:${port}/`],
    ['with a user', ({ port }) => `http://127.0.0.1:${port}@evil.example`],
    ['that lists the own one too', ({ port }) => `http://127.0.0.1:${port}, http://evil.example`],
    ['an extension', () => 'chrome-extension://abcdefghijklmnop'],
    ['empty', () => ''],
  ])('an origin %s is refused before the upgrade', async (_, originOf) => {
    const bridge = await startBridge();
    const origin = originOf(bridge);
    expect(await upgrade(bridge.port, { ...(origin !== undefined && { origin }) })).toMatchObject(
      refusedFor('ORIGIN_NOT_ALLOWED'),
    );
  });

  test('an origin that was allowed, beside the own; no other', async () => {
    const { port } = await startBridge({ allowOrigins: ['http://class.example:8000'] });
    expect(await upgrade(port, { origin: 'http://class.example:8000' })).toMatchObject({ status: 101 });
    expect(await upgrade(port, { origin: `http://localhost:${port}` })).toMatchObject({ status: 101 });
    expect(await upgrade(port, { origin: 'http://class.example:8001' })).toMatchObject({ status: 403 });
    expect(await upgrade(port, {})).toMatchObject({ status: 403 });
  });

  test('none: a program without an origin may, a foreign page still may not', async () => {
    const { port } = await startBridge({ allowOrigins: ['none'] });
    expect(await upgrade(port, {})).toMatchObject({ status: 101 });
    expect(await upgrade(port, { origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await upgrade(port, { origin: 'null' })).toMatchObject({ status: 403 });
  });

  test('a GET that is no upgrade, and upgrades elsewhere, lead to no WebSocket', async () => {
    const { port, origin } = await startBridge();
    expect((await get(port, '/ws', { origin })).status).toBe(404);
    for (const path of ['/', '/health', '/ws/', '/none'])
      expect((await upgrade(port, { origin }, path)).status).not.toBe(101);
  });
});

describe('under which name', () => {
  test('a rebound name, whose Origin and Host agree, is refused: the socket, the page and the facts', async () => {
    const { port } = await startBridge();
    const host = `evil.example:${port}`;
    expect(await upgrade(port, { host, origin: `http://${host}` })).toMatchObject(refusedFor('HOST_NOT_ALLOWED'));
    for (const path of ['/', '/health', '/none', '/ws'])
      expect(await get(port, path, { host })).toMatchObject(refusedFor('HOST_NOT_ALLOWED'));
  });

  test.each([
    ['a foreign host with an own origin', (port: number) => `evil.example:${port}`],
    ['no port', () => '127.0.0.1'],
    ['another port', (port: number) => `127.0.0.1:${port + 1}`],
    ['a dot at the end', (port: number) => `localhost.:${port}`],
    ['a name that begins alike', (port: number) => `localhost.evil.example:${port}`],
  ])('%s is refused', async (_, hostOf) => {
    const { port, origin } = await startBridge();
    expect(await upgrade(port, { host: hostOf(port), origin })).toMatchObject(refusedFor('HOST_NOT_ALLOWED'));
  });

  test('no Host at all is refused', async () => {
    const { port } = await startBridge();
    expect(await raw(port, 'GET /health HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.[01] 403 /);
    expect(await raw(port, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  test('own names pass whatever their case; a name that was allowed passes', async () => {
    const { port } = await startBridge({ allowHosts: ['class.example'], allowOrigins: ['http://class.example'] });
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, 'class.example'])
      expect(await get(port, '/health', { host })).toMatchObject({ status: 200 });
    expect(await upgrade(port, { host: 'class.example', origin: 'http://class.example' })).toMatchObject({
      status: 101,
    });
  });

  test('the host that was asked for is an own name in any case', async () => {
    const { port } = await startBridge({ http: { host: 'LocalHost', port: 0 } });
    expect(await get(port, '/health', { host: `localhost:${port}` })).toMatchObject({ status: 200 });
    const named = await startBridge({ http: { host: 'Class.Example', port: 0 } });
    expect(await get(named.port, '/health', { host: `class.example:${named.port}` })).toMatchObject({ status: 200 });
  });
});
