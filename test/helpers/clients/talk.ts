import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import { endOf, type End } from './tcp-client.ts';

/** What a scripted client does, in order. `await` waits for the peer's first bytes, or for its end. */
export type Act = { send: string } | { await: 'data' | 'end' } | 'shutdown' | 'reset';

export interface Heard {
  bytes: number;
  digest: string;
  /** How the peer ended; `own` if the script reset the connection before that. */
  end: End | 'own';
}

/** Connects to 127.0.0.1, plays the script, shuts down, and waits for the peer's end. */
export async function talk(port: number, script: Act[]): Promise<Heard> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const hash = createHash('sha1');
  let bytes = 0;
  const heard = once(socket, 'data');
  heard.catch(() => {});
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  const ended = new Promise<End>((resolve, reject) => {
    socket.once('end', () => resolve(endOf(socket)));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve('rst') : reject(error),
    );
  });
  await once(socket, 'connect');
  for (const act of script) {
    if (act === 'reset') {
      socket.resetAndDestroy();
      return { bytes, digest: hash.digest('hex'), end: 'own' };
    }
    if (act === 'shutdown') socket.end();
    else if ('send' in act) socket.write(act.send);
    else await (act.await === 'data' ? heard : ended);
  }
  const end = await ended;
  socket.end();
  return { bytes, digest: hash.digest('hex'), end };
}
