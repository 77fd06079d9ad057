import type { FastifyServerOptions } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Access } from '../access/access.ts';
import { rawRefusal, type RefusalCode } from '../access/refusal.ts';

/** Milliseconds that a connection may be idle between two requests. */
const KEEP_ALIVE_MS = 5000;
/** Milliseconds without reading or writing after which a connection is closed, unless it is a page's. */
const STALLED_MS = 30_000;
/** How many times an unfinished request is checked before its time is up. */
const LOOKS = 10;

const CODES: Readonly<Record<string, RefusalCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
};

/**
 * The HTTP server below Fastify. It limits what comes before a request: connections, and the time until a request is
 * complete. If the bytes are no request, it refuses them with a fixed text.
 */
export function httpServer(access: Access): Pick<FastifyServerOptions, 'serverFactory' | 'clientErrorHandler'> {
  return {
    serverFactory: (handler) => bounded(handler as RequestListener, access),
    clientErrorHandler: (error, socket) => refuseBytes(socket, CODES[error.code ?? ''] ?? 'BAD_REQUEST'),
  };
}

/** Refuses bytes that are no request, and closes the connection. */
export function refuseBytes(socket: Duplex, code: RefusalCode): void {
  if (!socket.writable) return void socket.destroy();
  socket.end(rawRefusal(code), () => socket.destroy());
}

function bounded(handler: RequestListener, access: Access): Server {
  const { requestMs } = access.limits;
  const server = createServer(
    {
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: requestMs / LOOKS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // `Access` checks it, so that this refusal has the same headers as all others.
      requireHostHeader: false,
    },
    handler,
  );
  server.setTimeout(STALLED_MS);
  // Node would answer these itself, without our headers, or not at all.
  server.on('checkExpectation', ({ socket }) => refuseBytes(socket, 'BAD_EXPECTATION'));
  server.on('connect', (_, socket) => refuseBytes(socket, 'BAD_REQUEST'));
  return server.on('connection', (socket) => {
    if (!access.enterConnection(socket)) socket.destroy();
  });
}
