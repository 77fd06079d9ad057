import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Bridge } from '../../bridge/bridge.ts';
import { buildApp } from '../../bridge/http/app.ts';
import type { Config } from '../../bridge/config.ts';
import type { Hello } from '../../bridge/protocol/messages.ts';
import { createNumberServer } from '../../server/number-server.ts';
import type { WhenOver } from './clients/page.ts';
import { until } from './until.ts';
import { freePort } from './free-port.ts';

export interface TestBridge {
  app: FastifyInstance;
  bridge: Bridge;
  port: number;
  origin: string;
  /** What follows a path: the token, if the bridge takes one. */
  query: string;
  health(): Promise<Omit<Hello, 'type'>>;
}

type TestSettings = Partial<Config> & {
  targetPort?: number;
  /** The IP address on which the bridge listens: 0.0.0.0 makes one that other machines can reach. */
  listenOn?: string;
};

/** A bridge on a free port, closed when the test is over. By default it owns no server program. */
export async function startBridge(
  settings: TestSettings = {},
  whenOver: WhenOver = onTestFinished,
): Promise<TestBridge> {
  const { targetPort = 1, listenOn = '127.0.0.1', ...others } = settings;
  const { app, bridge, access } = await buildApp({
    http: { host: listenOn, port: 0 },
    wire: 'direct',
    target: { host: '127.0.0.1', port: targetPort },
    ownsServer: false,
    restart: false,
    calls: 'auto',
    capture: 'off',
    allowOrigins: [],
    allowHosts: [],
    ...others,
  });
  whenOver(() => app.close());
  await app.listen({ host: listenOn, port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const query = new URL(access.urls.own).search;
  const health = async () => (await (await fetch(`${origin}/health${query}`)).json()) as Hello;
  return { app, bridge, port, origin, query, health };
}

/** A bridge whose own server program listens. Without `server`, that is the number server, with the probe in it. */
export async function startOwning(
  settings: TestSettings = {},
  whenOver: WhenOver = onTestFinished,
): Promise<TestBridge & { targetPort: number }> {
  const targetPort = await freePort();
  const server = settings.server?.replaceAll('PORT', String(targetPort));
  const options = { ownsServer: true, targetPort, ...settings, ...(server !== undefined && { server }) };
  const bridge = await startBridge(options, whenOver);
  await until(async () => (await bridge.health()).server.state !== 'starting');
  return { ...bridge, targetPort };
}

/**
 * One bridge for all tests of a group or a file, started before the first and closed after the last.
 * @param possible false if this machine can have none, and the tests that need it are skipped
 * @returns the bridge, once a test runs
 */
export function startOwningForAll(settings: TestSettings, possible = true): () => TestBridge {
  const closings: Parameters<WhenOver>[0][] = [];
  let bridge: TestBridge;
  beforeAll(async () => {
    if (possible) bridge = await startOwning(settings, (close) => void closings.push(close));
  });
  afterAll(async () => {
    for (const close of closings) await close();
  });
  return () => bridge;
}

/** A TCP server in this process, on a free port; it and its connections end with the test. */
export async function startServer(serve: (socket: Socket) => void): Promise<number> {
  return listening(
    createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      serve(socket);
    }),
  );
}

export const startNumberServer = (): Promise<number> =>
  listening(createNumberServer({ answers: 'parity', once: false, say: () => {} }));

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
