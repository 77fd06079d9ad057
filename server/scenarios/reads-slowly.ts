/**
 * Accepts, reads nothing for `PAUSE_MS`, then reads everything. When the client has ended, it answers with the number of
 * bytes.
 *
 *     bytes ──▶ kernel's buffer, which fills: its window closes …  recv() ──▶ and opens again
 */
import { createServer } from 'node:net';
import { readOptions } from '../options.ts';

const PAUSE_MS = 2000;

const { host, port } = readOptions(process.argv.slice(2));

createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
  let bytes = 0;
  socket.on('data', (chunk) => (bytes += chunk.length));
  socket.on('end', () => socket.write(String(bytes), () => socket.destroy()));
  socket.on('error', () => socket.destroy());
  socket.pause();
  setTimeout(() => socket.resume(), PAUSE_MS);
}).listen({ host, port });
