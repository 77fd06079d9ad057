import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { BridgeMessage } from '../../../bridge/protocol/messages.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge, startNumberServer } from '../../helpers/bridge.ts';
import { freePort } from '../../helpers/free-port.ts';
import { HAS, NAME, startProxy, type TlsProxy } from '../../helpers/programs/tls-proxy.ts';
import { until } from '../../helpers/until.ts';

async function start(kind: 'nginx' | 'caddy', limits = {}) {
  const port = await freePort();
  const host = `${NAME}:${port}`;
  const bridge = await startBridge({
    targetPort: await startNumberServer(),
    trustedProxies: ['127.0.0.1'],
    allowHosts: [host],
    allowOrigins: [`https://${host}`],
    limits,
  });
  const proxy = await startProxy(kind, port, bridge.port);
  return { bridge, proxy, host };
}

/** How a browser connects; it trusts the certificate, and finds the name on this machine. */
const over = ({ port, ca }: TlsProxy, localAddress = '127.0.0.1') =>
  ({ host: '127.0.0.1', port, ca, servername: NAME, localAddress }) satisfies RequestOptions;

async function get(proxy: TlsProxy, path: string, host: string) {
  const asked = request({ ...over(proxy), path, headers: { host }, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

function open(proxy: TlsProxy, host: string, query: string, from: string, headers = {}): WebSocket {
  const socket = new WebSocket(`wss://127.0.0.1:${proxy.port}/ws${query}`, {
    ...over(proxy, from),
    headers: { host, origin: `https://${host}`, ...headers },
  });
  onTestFinished(() => socket.terminate());
  return socket;
}

const statusOf = (socket: WebSocket): Promise<number> =>
  Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => (response as IncomingMessage).statusCode!),
  ]);

describe.each(['nginx', 'caddy'] as const)('the recipe for %s in SECURITY.md', (kind) => {
  test.runIf(HAS[kind])('serves the page over TLS, with the token, which is in no log', async () => {
    const { bridge, proxy, host } = await start(kind);
    const facts = await get(proxy, `/health${bridge.query}`, host);
    expect(facts.status).toBe(200);
    expect(facts.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(JSON.parse(facts.body)).toMatchObject({ mayControl: false });
    expect((await get(proxy, '/health', host)).status).toBe(401);
    expect(proxy.log()).not.toContain(bridge.query.slice('?token='.length));
    if (kind === 'nginx') await until(() => proxy.log().includes('"GET /health" 401'));
  });

  test.runIf(HAS[kind])('carries a run', async () => {
    const { bridge, proxy, host } = await start(kind);
    const socket = open(proxy, host, bridge.query, '127.0.0.1');
    const messages: BridgeMessage[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as BridgeMessage));
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'run', id: 'a', script: plainScript(2n) }));
    await until(() => messages.some(({ type }) => type === 'done'));
    expect(messages.find(({ type }) => type === 'done')).toMatchObject({ outcome: 'replied', reply: { text: 'PAR' } });
  });

  test.runIf(HAS[kind])('names its clients, and no client can take the name of another', async () => {
    const { bridge, proxy, host } = await start(kind, { pagesPerAddress: 1 });
    const status = (from: string, headers = {}) => statusOf(open(proxy, host, bridge.query, from, headers));
    expect(await status('127.0.0.2')).toBe(101);
    expect(await status('127.0.0.3')).toBe(101);
    expect(await status('127.0.0.2')).toBe(503);
    expect(await status('127.0.0.2', { 'x-forwarded-for': '127.0.0.4' })).toBe(503);
  });

  test.runIf(HAS[kind])('lets no other name and no other origin in', async () => {
    const { bridge, proxy, host } = await start(kind);
    const foreign = open(proxy, host, bridge.query, '127.0.0.1', { origin: 'https://evil.example' });
    expect(await statusOf(foreign)).toBe(403);
    // Caddy itself has no other name, and answers with nothing.
    const { status, body } = await get(proxy, `/health${bridge.query}`, `evil.example:${proxy.port}`);
    expect(kind === 'nginx' ? status : body).toBe(kind === 'nginx' ? 403 : '');
  });
});
