/**
 * The number server, but it takes `DELAY_MS` to answer.
 *
 *     peer ──bytes──▶ one read ──▶ (nothing on the wire) ──▶ answer ──▶ close
 */
import { createServer } from 'node:net';
import { answer } from '../answer.ts';
import { readOptions } from '../options.ts';

const DELAY_MS = 1000;

const { host, port } = readOptions(process.argv.slice(2));

createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('readable', () => {
    const received = (socket.read() as Buffer | null) ?? Buffer.alloc(0);
    const reply = answer(received, 'parity');
    setTimeout(() => {
      if (reply === undefined) socket.destroy();
      else socket.write(reply, () => socket.destroy());
    }, DELAY_MS);
  });
}).listen({ host, port });
