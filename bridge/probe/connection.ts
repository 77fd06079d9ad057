import type { Socket } from 'node:net';
import type { Channel } from './channel.ts';
import { now } from './clock.ts';
import { measure, toHex, type Chunk } from './payload.ts';

type Callback = (error?: NodeJS.ErrnoException | null) => void;

/** The stream methods by which Node's core moves a socket's bytes, and two of its facts that have no public name. */
interface SocketInside {
  push(chunk: Uint8Array | null, encoding?: BufferEncoding): boolean;
  _write(chunk: string | Uint8Array, encoding: BufferEncoding, callback: Callback): void;
  _writev(chunks: Chunk[], callback: Callback): void;
  _final(callback: Callback): void;
  _destroy(error: NodeJS.ErrnoException | null, callback: Callback): void;
  /** Set by resetAndDestroy() until the handle is gone. */
  resetAndClosing?: boolean;
  /** `writeQueueSize`: bytes that the program has written and the kernel has not taken yet. */
  _handle?: { writeQueueSize?: number } | null;
}

/**
 * Tells what a server does with one accepted socket. It wraps the methods below, and never listens: a listener of its own
 * would take the bytes from a server that attaches its listener late.
 *
 *     kernel ──push──▶ readable │ program │ writable ──_write, _final, _destroy──▶ kernel
 */
export function observe(socket: Socket, connection: number, acceptedAt: number, channel: Channel): void {
  const inside = socket as unknown as SocketInside;
  const { push, _write, _writev, _final, _destroy } = inside;
  /** When the server could last have begun to wait for bytes. */
  let receivableSince = acceptedAt;
  let closed = false;
  /** The write that the kernel has not taken whole. A stream writes one after the other, so there is at most one. */
  let unfinished: { startedAt: number; bytes: number; payload: string } | undefined;

  /** Bytes that the server's `recv`s have brought, as far as told. */
  let bytesTold = 0;

  const received = (bytes: number, payload: string, result: string) => {
    const at = now();
    channel.tell({ what: 'recv', connection, startedAt: receivableSince, at, bytes, payload, result });
    receivableSince = at;
    bytesTold += bytes;
  };

  /** An http server's parser takes bytes past the stream: known is only how many, and that it has them by now. */
  const receivedUnseen = (butFor = 0) => {
    const unseen = socket.bytesRead - bytesTold - butFor;
    if (unseen > 0) received(unseen, '', 'ok');
  };

  const sent = (error: NodeJS.ErrnoException | null | undefined) => {
    // After a close Node calls back without an error, whatever became of the bytes: the close has told already.
    if (unfinished === undefined) return;
    const { startedAt, bytes, payload } = unfinished;
    unfinished = undefined;
    channel.tell({
      ...{ what: 'send', connection, startedAt, at: now() },
      ...(error ? { bytes: 0, payload: '', result: nameOf(error) } : { bytes, payload, result: 'ok' }),
    });
  };

  const replacements: Partial<SocketInside> = {
    // Told before the program gets the bytes: it may answer, close or exit at once.
    push(chunk, encoding) {
      if (channel.open && !closed) {
        receivedUnseen(chunk?.length);
        if (chunk === null) received(0, '', 'ok');
        // Otherwise the program has pushed bytes of its own.
        else if (socket.bytesRead - bytesTold >= chunk.length) received(chunk.length, toHex(chunk), 'ok');
      }
      return push.call(socket, chunk, encoding);
    },
    _write(chunk, encoding, callback) {
      if (!channel.open) return _write.call(socket, chunk, encoding, callback);
      receivedUnseen();
      unfinished = { ...measure([{ chunk, encoding }]), startedAt: now() };
      _write.call(socket, chunk, encoding, (error) => {
        sent(error);
        callback(error);
      });
    },
    _writev(chunks, callback) {
      if (!channel.open) return _writev.call(socket, chunks, callback);
      receivedUnseen();
      // Measured now, because Node replaces what the list holds.
      unfinished = { ...measure(chunks), startedAt: now() };
      _writev.call(socket, chunks, (error) => {
        sent(error);
        callback(error);
      });
    },
    _final(callback) {
      const startedAt = now();
      _final.call(socket, (error) => {
        // Closed in between: Node drops its shutdown(2) then, and calls back all the same.
        if (!closed) {
          channel.tell({ what: 'shutdown', connection, startedAt, at: now(), result: error ? nameOf(error) : 'ok' });
        }
        callback(error);
      });
    },
    _destroy(error, callback) {
      receivedUnseen();
      if (error?.syscall === 'read') received(0, '', nameOf(error));
      if (unfinished !== undefined) {
        const { startedAt, bytes, payload } = unfinished;
        unfinished = undefined;
        const taken = bytes - (inside._handle?.writeQueueSize ?? 0);
        const shown = payload.slice(0, 2 * taken);
        channel.tell({
          what: 'send',
          connection,
          startedAt,
          at: now(),
          bytes: taken,
          payload: shown,
          result: 'ECANCELED',
        });
      }
      closed = true;
      const reset = inside.resetAndClosing === true;
      const startedAt = now();
      _destroy.call(socket, error, callback);
      channel.tell({ what: 'close', connection, startedAt, at: now(), reset });
    },
  };
  for (const [name, value] of Object.entries(replacements)) {
    // Not enumerable, like the methods that they stand for: a server that prints its socket prints what it always did.
    Object.defineProperty(socket, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

function nameOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}
