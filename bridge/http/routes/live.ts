/**
 * `/ws`: one WebSocket for each page. It checks who may open one, gives each a page connection, and drops pages that are
 * gone or read too slowly. It knows the WebSocket plugin and its pitfalls; it does not know what the messages say.
 *
 *     upgrade ─▶ access: names, token, upgrades per minute, a place ─▶ PageConnection, one for each page
 *                                                                       └─ silent, or too slow ─▶ dropped
 */
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import type { Bridge } from '../../bridge.ts';
import { PageConnection } from '../../pages/page-connection.ts';
import { dropSlowest } from '../../pages/slow-pages.ts';
import { refuseBytes } from '../http-server.ts';
import { refuse } from '../../access/refusal.ts';

/** RFC 6455 §4.1. */
const VERSION = '13';

/** A larger frame ends the connection. A smaller message that is over the protocol's limit gets an error. */
const FRAME_BYTES = 1024 * 1024;
/** Milliseconds that a silent page may delay the end of the bridge. */
const CLOSE_TIMEOUT_MS = 300;

/** Milliseconds between checks of the bytes that wait for slow pages. */
const LOOK_EVERY_MS = 500;

export async function addLive(app: FastifyInstance, bridge: Bridge, access: Access): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: FRAME_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
      // One message of each page in each turn of the event loop: no page has to wait for all that another one sent.
      allowSynchronousEvents: false,
      // The page connection replies, because it counts them.
      autoPong: false,
    } as websocket.WebsocketPluginOptions['options'] & object,
    errorHandler: (error, socket) => {
      // An error with a code comes from the page or its network: it must not fill the log.
      if (!('code' in error)) bridge.log.error(error, 'a page could not be served');
      socket.terminate();
    },
  });
  const pages = new Set<PageConnection>();
  endUnreached(app);
  app.websocketServer.on('wsClientError', (_, socket) => refuseBytes(socket, 'BAD_REQUEST'));
  // These come after the WebSocket plugin's own hooks: only then does the plugin end the socket of a refused upgrade.
  app.addHook('onRequest', (request, reply) => access.checkNames(request, reply));
  // The plugin would accept an upgrade on any route, only to close it. `/ws` accepts only upgrades.
  app.addHook('onRequest', async (request, reply) => {
    if (request.ws !== (request.routeOptions.url === '/ws')) return refuse(reply, 'NOT_FOUND');
  });
  app.get(
    '/ws',
    {
      websocket: true,
      onRequest: [
        (request, reply) => access.checkToken(request, reply),
        // The WebSocket package would take version 8 too, which no browser has spoken since 2011.
        async ({ headers }, reply) => {
          if (headers['sec-websocket-version'] !== VERSION) return refuse(reply, 'BAD_REQUEST');
        },
        (request, reply) => access.countUpgrade(request, reply),
        (request, reply) => access.takePlace(request, reply),
      ],
    },
    (socket, request) => {
      const page = new PageConnection(
        socket,
        request.raw.socket,
        bridge,
        access.allowances,
        access.clientOf(request.raw),
      );
      pages.add(page);
      socket.once('close', () => pages.delete(page));
    },
  );
  const { pingMs, unsentBytesInAll } = access.limits;
  // If a page's machine sleeps or its cable is pulled, only silence shows that the page is gone.
  const pings = setInterval(() => pages.forEach((page) => page.ping()), pingMs).unref();
  const checks = setInterval(() => dropSlowest(pages, unsentBytesInAll), LOOK_EVERY_MS).unref();
  app.addHook('preClose', async () => [pings, checks].forEach((timer) => clearInterval(timer)));
}

/**
 * If an upgrade comes before the last request on its connection is answered, the plugin forgets it. Its socket would then
 * stay open for ever, without a reader.
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
