import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import type { Bridge } from '../../bridge.ts';
import { PageConnection } from '../../pages/page-connection.ts';
import { refuseBytes } from '../http-server.ts';
import { refuse } from '../../access/refusal.ts';

/** Frames beyond this end the connection; messages beyond the protocol's limit, but within this, get an error. */
const FRAME_BYTES = 1024 * 1024;
/** Milliseconds that a silent page may hold up the end of the bridge. */
const CLOSE_TIMEOUT_MS = 300;

/** Milliseconds between looks at what waits for slow pages. */
const LOOK_EVERY_MS = 500;

/** `/ws`: one WebSocket a page. */
export async function addLive(app: FastifyInstance, bridge: Bridge, access: Access): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: FRAME_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
    } as websocket.WebsocketPluginOptions['options'] & object,
    errorHandler: (error, socket) => {
      // With a code it is the page's own fault, or its network's: it must not fill the log.
      if (!('code' in error)) bridge.log.error(error, 'a page could not be served');
      socket.terminate();
    },
  });
  endUnreached(app);
  app.websocketServer.on('wsClientError', (_, socket) => refuseBytes(socket, 'BAD_REQUEST'));
  // After the WebSocket plugin's own hooks: it ends the socket of an upgrade that is refused only where those ran first.
  app.addHook('onRequest', (request, reply) => access.checkNames(request, reply));
  // The plugin accepts an upgrade of any route, whoever asks, only to close it; and here is nothing but upgrades.
  app.addHook('onRequest', async (request, reply) => {
    if (request.ws !== (request.routeOptions.url === '/ws')) return refuse(reply, 'NOT_FOUND');
  });
  app.get(
    '/ws',
    {
      websocket: true,
      onRequest: [
        (request, reply) => access.countUpgrade(request, reply),
        (request, reply) => access.checkToken(request, reply),
        (request, reply) => access.takePlace(request, reply),
      ],
    },
    (socket, request) => void new PageConnection(socket, request.raw.socket, bridge, access.allowances),
  );
  const { pingMs, unsentBytesInAll } = access.limits;
  // A page that is gone without a word, its machine asleep or its cable pulled, is noticed by its silence.
  const asking = setInterval(() => bridge.pages.forEach((page) => page.ping()), pingMs).unref();
  const looking = setInterval(() => dropSlowest(bridge.pages, unsentBytesInAll), LOOK_EVERY_MS).unref();
  app.addHook('preClose', async () => [asking, looking].forEach((timer) => clearInterval(timer)));
}

/** Each page alone has its own bound; many that do not read must not fill the memory together. */
function dropSlowest(pages: Iterable<PageConnection>, mostBytes: number): void {
  const slow = [...pages].filter(({ unsentBytes }) => unsentBytes > 0);
  let sum = slow.reduce((before, { unsentBytes }) => before + unsentBytes, 0);
  if (sum <= mostBytes) return;
  for (const page of slow.sort((one, other) => other.unsentBytes - one.unsentBytes)) {
    sum -= page.unsentBytes;
    page.giveUp();
    if (sum <= mostBytes) return;
  }
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
