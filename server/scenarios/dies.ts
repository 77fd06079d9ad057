/**
 * Dies in the middle of a connection, as a program with a bug would: the first bytes kill it, by a signal that no program
 * can catch. Its kernel closes what it leaves open.
 *
 *     peer ──bytes──▶ read ──▶ SIGKILL …  kernel ──FIN──▶ peer
 */
import { createServer } from 'node:net';
import { readOptions } from '../options.ts';

const { host, port } = readOptions(process.argv.slice(2));

createServer((socket) => {
  socket.on('data', () => process.kill(process.pid, 'SIGKILL'));
}).listen({ host, port });
