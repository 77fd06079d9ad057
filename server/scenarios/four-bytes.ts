/**
 * A number server whose numbers have four bytes each, so that it knows where one ends. It answers each number until the
 * client ends.
 *
 *     peer ──bytes──▶ gathered, four by four ──▶ one answer for each ──▶ … ──▶ close after the peer
 */
import { createServer } from 'node:net';
import { answer } from '../answer.ts';
import { readOptions } from '../options.ts';

const LENGTH = 4;

const { host, port } = readOptions(process.argv.slice(2));

createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= LENGTH; rest = rest.subarray(LENGTH)) {
      const reply = answer(rest.subarray(0, LENGTH), 'parity');
      if (reply) socket.write(reply);
    }
  });
}).listen({ host, port });
