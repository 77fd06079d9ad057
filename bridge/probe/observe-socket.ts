import type { Socket } from 'node:net';
import type { ConnectionCalls } from './connection-calls.ts';
import { now } from './clock.ts';
import type { Chunk } from './payload.ts';

type Callback = (error?: NodeJS.ErrnoException | null) => void;

/** The stream methods by which Node moves a socket's bytes, and two of its properties that have no public name. */
interface SocketInside {
  push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean;
  _read(size: number): void;
  _write(chunk: string | Uint8Array, encoding: BufferEncoding, callback: Callback): void;
  _writev(chunks: Chunk[], callback: Callback): void;
  _final(callback: Callback): void;
  _destroy(error: NodeJS.ErrnoException | null, callback: Callback): void;
  /** True from resetAndDestroy() until the handle is gone. */
  resetAndClosing?: boolean;
  /**
   * `reading`: whether Node asks the kernel for bytes; not while the program has the socket paused.
   * `writeQueueSize`: bytes that the program has written and the kernel has not taken yet.
   */
  _handle?: { reading?: boolean; writeQueueSize?: number } | null;
}

/**
 * Notes in `calls` what a server does with one accepted socket. It wraps methods and never listens to events: a listener
 * of its own would take the bytes from a server that attaches its listener late.
 *
 *     kernel ──push──▶ readable │ program │ writable ──_write, _final, _destroy──▶ kernel
 */
export function observeSocket(socket: Socket, calls: ConnectionCalls): void {
  const inside = socket as unknown as SocketInside;
  const { push, _read, _write, _writev, _final, _destroy } = inside;

  const replacements: Partial<SocketInside> = {
    // Before the program gets the bytes: it may answer, close or exit at once.
    push(chunk, encoding) {
      if (calls.open) calls.received(chunk);
      return push.call(socket, chunk, encoding);
    },
    _read(size) {
      if (inside._handle?.reading === false) calls.readingAgain();
      _read.call(socket, size);
    },
    _write(chunk, encoding, callback) {
      if (!calls.open) return _write.call(socket, chunk, encoding, callback);
      calls.sending([{ chunk, encoding }]);
      _write.call(socket, chunk, encoding, (error) => {
        calls.sent(error);
        callback(error);
      });
    },
    _writev(chunks, callback) {
      if (!calls.open) return _writev.call(socket, chunks, callback);
      // Before the original: Node changes the list.
      calls.sending(chunks);
      _writev.call(socket, chunks, (error) => {
        calls.sent(error);
        callback(error);
      });
    },
    _final(callback) {
      const startedAt = now();
      _final.call(socket, (error) => {
        calls.shutDown(startedAt, error);
        callback(error);
      });
    },
    _destroy(error, callback) {
      calls.closing(error, inside._handle?.writeQueueSize ?? 0);
      // Read first: closing clears it.
      const reset = inside.resetAndClosing === true;
      const startedAt = now();
      _destroy.call(socket, error, callback);
      calls.closed(startedAt, reset);
    },
  };
  for (const [name, value] of Object.entries(replacements)) {
    // Not enumerable, like the methods that they replace: a server that prints its socket sees no difference.
    Object.defineProperty(socket, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
