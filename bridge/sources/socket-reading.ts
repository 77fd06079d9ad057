import { readSync } from 'node:fs';
import type { OnReadOpts, Socket } from 'node:net';

/** One buffer for all sockets: its bytes are copied after each read(2). */
const buffer = Buffer.alloc(64 * 1024);
/** At most this many reads before a close: the peer may send without end. */
const MOST_READS = 16;

/** Passes the bytes of each read(2) to `onBytes`, without Node's streams: they take several times as long as the kernel. */
export function directReads(onBytes: (bytes: Buffer) => void): OnReadOpts {
  return {
    buffer,
    callback: (bytes) => {
      onBytes(Buffer.from(buffer.subarray(0, bytes)));
      return true;
    },
  };
}

/** Reads what came since Node's loop last looked, the peer's end included. */
export function* unseenArrivals(socket: Socket): Generator<Buffer | 'fin' | 'rst'> {
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const arrival = readOnce(socket);
    if (arrival === undefined) return;
    yield arrival;
    if (typeof arrival === 'string') return;
  }
}

/**
 * Distinguishes a FIN from a reset after Node has reported an end. libuv reports an end even if bytes and a RST came
 * together. read(2) then still returns ECONNRESET; after a FIN it returns 0.
 */
export function endOf(socket: Socket): 'fin' | 'rst' {
  return readOnce(socket) === 'rst' ? 'rst' : 'fin';
}

function readOnce(socket: Socket): Buffer | 'fin' | 'rst' | undefined {
  const descriptor = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  if (descriptor === undefined || descriptor < 0) return undefined;
  try {
    const bytes = readSync(descriptor, buffer);
    return bytes === 0 ? 'fin' : Buffer.from(buffer.subarray(0, bytes));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? 'rst' : undefined;
  }
}
