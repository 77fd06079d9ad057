import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { AddressInfo } from 'node:net';
import { Bridge } from './bridge.ts';
import type { Config } from './config.ts';
import { AllowList } from './plugins/allow-list.ts';
import { addSecurityHeaders } from './plugins/security-headers.ts';
import { addHealth } from './routes/health.ts';
import { addLive } from './routes/live.ts';
import { addPage } from './routes/page.ts';
import { chooseWire } from './wires/choose-wire.ts';

/**
 * Builds the bridge; it neither listens nor runs a server program until `listen`.
 * @throws BridgeError `WIRE_UNAVAILABLE`
 */
export async function buildApp(
  config: Config,
  logger: FastifyServerOptions['logger'] = false,
): Promise<{ app: FastifyInstance; bridge: Bridge }> {
  const app = fastify({ logger: logger ?? false, bodyLimit: 1024, forceCloseConnections: true });
  const bridge = new Bridge(config, await chooseWire(config), app.log);
  const allowList = new AllowList(config);
  app.addHook('onListen', async () => {
    allowList.listensOn((app.server.address() as AddressInfo).port);
    void bridge.start();
  });
  app.addHook('preClose', () => bridge.stop());
  await addSecurityHeaders(app);
  await addLive(app, bridge, allowList);
  // After the WebSocket plugin's own hooks: it ends the socket of an upgrade that is refused only where those ran first.
  app.addHook('onRequest', (request, reply) => allowList.checkHost(request, reply));
  addHealth(app, bridge);
  await addPage(app);
  return { app, bridge };
}
