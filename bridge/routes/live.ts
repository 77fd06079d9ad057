import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Bridge } from '../bridge.ts';
import { PageConnection } from '../page-connection.ts';
import type { AllowList } from '../plugins/allow-list.ts';

/** Frames beyond this end the connection; messages beyond the protocol's limit, but within this, get an error. */
const FRAME_BYTES = 1024 * 1024;
/** Milliseconds that a silent page may hold up the end of the bridge. */
const CLOSE_TIMEOUT_MS = 300;

/** `/ws`: one WebSocket a page. */
export async function addLive(app: FastifyInstance, bridge: Bridge, allowList: AllowList): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: FRAME_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
    } as websocket.WebsocketPluginOptions['options'] & object,
    errorHandler: (error, socket) => {
      bridge.log.error(error, 'a page could not be served');
      socket.terminate();
    },
  });
  endUnreached(app);
  // The plugin accepts an upgrade of any route, whoever asks, only to close it.
  app.addHook('onRequest', async (request, reply) => {
    if (request.ws && request.routeOptions.url !== '/ws') return reply.code(404).send();
  });
  app.get(
    '/ws',
    { websocket: true, onRequest: (request, reply) => allowList.checkOrigin(request, reply) },
    (socket, request) => void new PageConnection(socket, request.raw.socket, bridge),
  );
}

/**
 * The plugin forgets an upgrade that comes before the request ahead of it on its connection is answered: its socket, which
 * nobody reads any more, would stay open for ever.
 */
function endUnreached(app: FastifyInstance): void {
  const reached = new WeakSet<IncomingMessage>();
  app.addHook('onRequest', (request, _, done) => {
    reached.add(request.raw);
    done();
  });
  app.server.on('upgrade', (request, socket) => {
    setImmediate(() => reached.has(request) || socket.destroy());
  });
}
