import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that a kernel gives to programs that ask for any port: so none is taken before its program listens. */
const FIRST = 12_000;
const LAST = 31_999;
/** Each process of the tests has a share of them, and processes at the same time have different ones. */
const SHARE = 250;
const first = FIRST + (process.pid % ((LAST + 1 - FIRST) / SHARE)) * SHARE;
let given = Math.floor(Math.random() * SHARE);

/** Returns a port on which nobody listens. No other test process returns it. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < SHARE; tried += 1) {
    const port = first + (given++ % SHARE);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${first} to ${first + SHARE - 1}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
