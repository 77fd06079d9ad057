/**
 * The number server when more clients come than it accepts. It is busy, and its queue of connections is full. After
 * `BUSY_MS` it accepts again.
 *
 *     SYN ──▶ kernel: queue full, dropped …  SYN again ──▶ kernel: room again ──▶ accept() ──▶ answer
 */
import { connect } from 'node:net';
import { createNumberServer } from '../number-server.ts';
import { readOptions } from '../options.ts';
import { sleep } from './sleep.ts';

const BUSY_MS = 2500;
const BACKLOG = 1;
/** Linux lets one more connection wait than the backlog says. */
const WAITING = BACKLOG + 1;

const { host, port } = readOptions(process.argv.slice(2));
const server = createNumberServer({ answers: 'parity' });

server.listen({ host, port, backlog: BACKLOG }, () => {
  const own = Array.from({ length: WAITING }, () => connect({ host, port }));
  // Node asks the kernel to connect in its next tick. This runs after that, and before Node first accepts.
  process.nextTick(() => {
    console.log(`${WAITING} connections wait, and the queue is full`);
    sleep(BUSY_MS);
    console.log('accepting again');
    for (const socket of own) socket.destroy();
  });
});
