import { readSync } from 'node:fs';
import type { OnReadOpts, Socket } from 'node:net';

/** One buffer for all sockets: a read(2) fills it, and its bytes are copied before the next. */
const buffer = Buffer.alloc(64 * 1024);
/** Before a close, a peer that sends without end is not read for ever. */
const MOST_READS = 16;

/** Gives each read(2) straight to `onBytes`, past Node's streams: those take several times as long as the kernel. */
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
 * Tells a FIN from a reset after Node has reported an end. libuv reports an end even if bytes and a RST were there together;
 * read(2) then still says ECONNRESET, and 0 after a FIN.
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
