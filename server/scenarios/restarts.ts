/**
 * The number server as a simple program in C or Python would be: without SO_REUSEADDR, which Node always sets. It serves
 * one connection, closes it first, and ends. A moment later it starts again on the same port.
 *
 *     socket, bind, listen, accept, recv, send, close …  socket, bind ──▶ EADDRINUSE: a connection is in TIME_WAIT
 */
import { answer, READ_LIMIT } from '../answer.ts';
import { readOptions } from '../options.ts';
import { sleep } from './sleep.ts';
import { accept, bind, close, listen, recv, send, setReuseAddress, socket, type CallError } from './system-calls.ts';

const PAUSE_MS = 200;

const { host, port } = readOptions(process.argv.slice(2));

serveOne();
sleep(PAUSE_MS);
console.log(`started again: bind() ${outcome(() => bind(socket(host), host, port))}`);
console.log(
  `with SO_REUSEADDR: bind() ${outcome(() => {
    const descriptor = socket(host);
    setReuseAddress(descriptor);
    bind(descriptor, host, port);
  })}`,
);
sleep(Infinity);

function serveOne(): void {
  const listening = socket(host);
  bind(listening, host, port);
  listen(listening);
  const connection = accept(listening);
  const reply = answer(recv(connection, READ_LIMIT), 'parity');
  if (reply) send(connection, reply);
  close(connection);
  close(listening);
}

function outcome(action: () => void): string {
  try {
    action();
    return 'ok';
  } catch (error) {
    return (error as CallError).code;
  }
}
