import type { Socket } from 'node:net';
import type { Channel } from './channel.ts';
import { now } from './clock.ts';
import { measure, toHex, type Chunk } from './payload.ts';

interface Send {
  startedAt: number;
  bytes: number;
  payload: string;
}

/** Reports the calls on one connection, after its accept and until its close. */
export class ConnectionCalls {
  readonly #socket: Socket;
  readonly #connection: number;
  readonly #channel: Channel;
  /** Since when the server may have waited for bytes. */
  #receivableSince: number;
  /** Bytes in all `recv`s reported so far. */
  #bytesReported = 0;
  /** The write that the kernel has not taken whole yet. A stream has at most one at a time. */
  #unfinished: Send | undefined;
  #closed = false;

  constructor(socket: Socket, connection: number, acceptedAt: number, channel: Channel) {
    this.#socket = socket;
    this.#connection = connection;
    this.#receivableSince = acceptedAt;
    this.#channel = channel;
  }

  /** False if there is nothing more to report, or nobody reads the reports. */
  get open(): boolean {
    return !this.#closed && this.#channel.open;
  }

  /** The server had paused the socket, and wants bytes from now on. */
  readingAgain(): void {
    this.#receivableSince = now();
  }

  /** Null: the peer's end of data. */
  received(chunk: Uint8Array | null): void {
    this.#receivedUnseen(chunk?.length ?? 0);
    if (chunk === null) this.#reportReceive(0, '', 'ok');
    // If fewer bytes came from the kernel, the program has pushed these into the stream itself.
    else if (this.#socket.bytesRead - this.#bytesReported >= chunk.length) {
      this.#reportReceive(chunk.length, toHex(chunk), 'ok');
    }
  }

  sending(chunks: readonly Chunk[]): void {
    this.#receivedUnseen();
    this.#unfinished = { ...measure(chunks), startedAt: now() };
  }

  sent(error: NodeJS.ErrnoException | null | undefined): void {
    const send = this.#unfinished;
    // After a close, Node calls back without an error even if bytes were lost; `closing` has reported that already.
    if (send === undefined) return;
    this.#unfinished = undefined;
    if (error) this.#reportSend({ ...send, bytes: 0, payload: '' }, nameOf(error));
    else this.#reportSend(send, 'ok');
  }

  shutDown(startedAt: number, error: NodeJS.ErrnoException | null | undefined): void {
    // If the socket was closed in the meantime, libuv drops its shutdown(2), and Node calls back nevertheless.
    if (this.#closed) return;
    const result = error ? nameOf(error) : 'ok';
    this.#channel.send({ what: 'shutdown', connection: this.#connection, startedAt, at: now(), result });
  }

  /** @param unsent bytes of the last write that the kernel has not taken, and never will */
  closing(error: NodeJS.ErrnoException | null, unsent: number): void {
    this.#receivedUnseen();
    if (error?.syscall === 'read') this.#reportReceive(0, '', nameOf(error));
    const send = this.#unfinished;
    this.#unfinished = undefined;
    if (send) {
      const bytes = send.bytes - unsent;
      this.#reportSend({ ...send, bytes, payload: send.payload.slice(0, 2 * bytes) }, 'ECANCELED');
    }
    this.#closed = true;
  }

  closed(startedAt: number, reset: boolean): void {
    this.#channel.send({ what: 'close', connection: this.#connection, startedAt, at: now(), reset });
  }

  /** An http server's parser takes bytes past the stream. Only their number is known, and that it has them by now. */
  #receivedUnseen(butFor = 0): void {
    const unseen = this.#socket.bytesRead - this.#bytesReported - butFor;
    if (unseen > 0) this.#reportReceive(unseen, '', 'ok');
  }

  #reportReceive(bytes: number, payload: string, result: string): void {
    const startedAt = this.#receivableSince;
    const at = now();
    this.#receivableSince = at;
    this.#bytesReported += bytes;
    this.#channel.send({ what: 'recv', connection: this.#connection, startedAt, at, bytes, payload, result });
  }

  #reportSend({ startedAt, bytes, payload }: Send, result: string): void {
    this.#channel.send({ what: 'send', connection: this.#connection, startedAt, at: now(), bytes, payload, result });
  }
}

function nameOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}
