import { createServer, type Server } from 'node:net';

/** Bytes of the answer: as many as those of the number server. */
const ANSWER = Buffer.alloc(6, '-');

/**
 * A listener of the host itself, beside the server program. It answers the first bytes of each connection and closes, as a
 * small server does.
 * @param told called once, with whether it listens
 */
export function ownListener(address: { host: string; port: number }, told: (listens: boolean) => void): Server {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(ANSWER));
  });
  server.once('listening', () => told(true));
  server.once('error', () => told(false));
  return server.listen(address);
}
