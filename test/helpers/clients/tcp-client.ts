import { readSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

export type End = 'fin' | 'rst';

export interface Exchange {
  /** Everything that the peer sent, in hex. */
  reply: string;
  end: End;
}

export interface Sending {
  /** Hex. The first is written at once, the others when the peer has ended. */
  sends: string[];
  /** Shut the sending side down after the first write. */
  shutdown?: boolean;
}

/** Connects, sends, and waits for the peer's end. Rejects if there is no connection. */
export async function exchange(port: number, { sends, shutdown = false }: Sending): Promise<Exchange> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const received: Buffer[] = [];
  const [first = '', ...later] = sends;
  socket.on('data', (bytes) => received.push(bytes));
  socket.once('connect', () => {
    if (first !== '') socket.write(Buffer.from(first, 'hex'));
    if (shutdown) socket.end();
  });
  const end = await new Promise<End>((resolve, reject) => {
    socket.once('end', () => resolve(endOf(socket)));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve('rst') : reject(error),
    );
  });
  // The peer has closed already and answers these with a reset: that error no longer matters to the listener above.
  if (!shutdown) for (const hex of later) socket.write(Buffer.from(hex, 'hex'));
  socket.end();
  return { reply: Buffer.concat(received).toString('hex'), end };
}

/**
 * How the peer ended, after Node said 'end'. When data and RST arrive together, libuv reports the end of data instead of
 * ECONNRESET; read(2) knows: 0 for a FIN, an error for a RST.
 */
export function endOf(socket: Socket): End {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  try {
    readSync(fd, Buffer.alloc(1));
    return 'fin';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return 'rst';
    throw error;
  }
}
