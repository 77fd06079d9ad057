import type { FastifyServerOptions } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Access } from '../access/access.ts';
import { clientOf } from '../access/allowances.ts';
import { rawRefusal, type RefusalCode } from '../access/refusal.ts';

/** Milliseconds that a connection may be idle between two requests. */
const KEEP_ALIVE_MS = 5000;
/** Milliseconds in which nothing is read or written, before a connection is closed that is not a page's. */
const STALLED_MS = 30_000;
/** Looks at unfinished requests within the time that they have. */
const LOOKS = 10;

const CODES: Readonly<Record<string, RefusalCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
};

/**
 * The HTTP server below Fastify, which bounds what comes before there is a request: connections, and the time until a
 * request is whole. What is no request is refused by a fixed text.
 */
export function httpServer(access: Access): Pick<FastifyServerOptions, 'serverFactory' | 'clientErrorHandler'> {
  return {
    serverFactory: (handler) => bounded(handler as RequestListener, access),
    clientErrorHandler: (error, socket) => refuseBytes(socket, CODES[error.code ?? ''] ?? 'BAD_REQUEST'),
  };
}

/** Answers what is no request, and hangs up. */
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
      // It is demanded where every refusal has its headers.
      requireHostHeader: false,
    },
    handler,
  );
  server.setTimeout(STALLED_MS);
  return server.on('connection', (socket) => {
    const leave = access.allowances.connections.enter(clientOf(socket));
    if (!leave) return socket.destroy();
    socket.once('close', leave);
  });
}
