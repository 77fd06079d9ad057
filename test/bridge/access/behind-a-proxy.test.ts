import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startBridge, type TestBridge } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { connectRaw, untilClosed } from '../../helpers/clients/raw-request.ts';

const PROXY = { trustedProxies: ['127.0.0.1'] };

/** The status of an upgrade as a proxy on this machine passes it on. */
async function upgrade({ port, origin, query }: TestBridge, forwarded: string): Promise<number> {
  const headers = { 'x-forwarded-for': forwarded };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, { origin, headers });
  onTestFinished(() => socket.terminate());
  return Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number),
  ]);
}

test('behind a proxy, other machines reach a bridge on 127.0.0.1: it asks for a token, and lets no page control the server', async () => {
  const bridge = await startBridge({ ...PROXY, allowOrigins: ['https://aperto.example', 'none'] });
  expect(bridge.query).toMatch(/^\?token=/);
  expect((await fetch(`${bridge.origin}/health`)).status).toBe(401);
  const page = await Page.open(bridge);
  expect(await page.message('hello')).toMatchObject({ mayControl: false });
});

test('each client of the proxy has its own limits, whatever it claims', async () => {
  const bridge = await startBridge({ ...PROXY, limits: { pagesPerAddress: 2 } });
  expect(await upgrade(bridge, '10.0.0.5')).toBe(101);
  expect(await upgrade(bridge, '10.0.0.6, 10.0.0.5')).toBe(101);
  expect(await upgrade(bridge, '10.0.0.7, 10.0.0.5')).toBe(503);
  expect(await upgrade(bridge, '10.0.0.6')).toBe(101);
});

test('the connections of the proxy are not those of one client', async () => {
  const limits = { connectionsPerAddress: 2 };
  const bridge = await startBridge({ ...PROXY, limits });
  const sockets = await Promise.all([1, 2, 3, 4].map(() => connectRaw(bridge.port)));
  sockets[3]!.write(`GET /none HTTP/1.1\r\nHost: 127.0.0.1:${bridge.port}\r\nConnection: close\r\n\r\n`);
  expect(await untilClosed(sockets[3]!)).toMatch(/^HTTP\/1\.1 404/);
});

test('without --trusted-proxy nobody is believed', async () => {
  const bridge = await startBridge({ listenOn: '0.0.0.0', limits: { pagesPerAddress: 1 } });
  expect(await upgrade(bridge, '10.0.0.5')).toBe(101);
  expect(await upgrade(bridge, '10.0.0.6')).toBe(503);
});

test('--token: on 127.0.0.1 too, and pages may still control the server program', async () => {
  const bridge = await startBridge({ alwaysToken: true });
  expect(bridge.query).toMatch(/^\?token=/);
  expect((await fetch(`${bridge.origin}/health`)).status).toBe(401);
  expect(await (await fetch(`${bridge.origin}/health${bridge.query}`)).json()).toMatchObject({ mayControl: true });
});
