/**
 * Builds the web application: the bridge behind HTTP. It is the one place where access, bridge and routes meet. It neither
 * listens nor starts a server program before `listen`. It knows Fastify; it knows nothing of runs and traces.
 *
 *     connection ─▶ http-server: limits ─▶ access: names, token ─┬─▶ GET /        the built page
 *                                                                ├─▶ GET /health  what `hello` says
 *                                                                └─▶ GET /ws      a page's WebSocket
 */
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { AddressInfo } from 'node:net';
import { Access } from '../access/access.ts';
import { Bridge } from '../bridge.ts';
import type { Config } from '../config.ts';
import { httpServer, refuseBytes } from './http-server.ts';
import { refuse } from '../access/refusal.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addHealth } from './routes/health.ts';
import { addLive } from './routes/live.ts';
import { addPage } from './routes/page.ts';
import { chooseWire } from '../wires/choose-wire.ts';

/** @throws BridgeError `WIRE_UNAVAILABLE` */
export async function buildApp(
  config: Config,
  logger: FastifyServerOptions['logger'] = false,
): Promise<{ app: FastifyInstance; bridge: Bridge; access: Access }> {
  const access = new Access(config, (line) => app.log.warn(line));
  const app: FastifyInstance = fastify({
    ...httpServer(access),
    logger: logger ?? false,
    bodyLimit: 1024,
    forceCloseConnections: true,
    // Hooks do not run for a path that cannot be decoded, and an upgrade would then keep its socket open.
    frameworkErrors: (_, request, reply) => {
      reply.hijack();
      refuseBytes(request.raw.socket, 'BAD_REQUEST');
    },
  });
  const bridge = new Bridge(config, await chooseWire(config), app.log, access);
  app.addHook('onListen', async () => {
    access.listensOn(app.server.address() as AddressInfo);
    void bridge.start();
  });
  app.addHook('preClose', () => bridge.stop());
  app.setNotFoundHandler((_, reply) => refuse(reply, 'NOT_FOUND'));
  await addSecurityHeaders(app);
  await addLive(app, bridge, access);
  addHealth(app, bridge, access);
  await addPage(app);
  return { app, bridge, access };
}
