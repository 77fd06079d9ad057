import type { Socket } from 'node:net';
import type { Channel } from './channel.ts';
import { now } from './clock.ts';
import { measure, toHex, type Chunk } from './payload.ts';

interface Send {
  startedAt: number;
  bytes: number;
  payload: string;
}

/** Tells the calls of one connection, from its accept to its close. */
export class Calls {
  readonly #socket: Socket;
  readonly #connection: number;
  readonly #channel: Channel;
  /** When the server could last have begun to wait for bytes. */
  #receivableSince: number;
  /** Bytes that the connection's `recv`s have brought, as far as told. */
  #bytesTold = 0;
  /** The write that the kernel has not taken whole. A stream writes one after the other, so there is at most one. */
  #unfinished: Send | undefined;
  #closed = false;

  constructor(socket: Socket, connection: number, acceptedAt: number, channel: Channel) {
    this.#socket = socket;
    this.#connection = connection;
    this.#receivableSince = acceptedAt;
    this.#channel = channel;
  }

  /** False when there is nothing more to tell, or nobody to hear it. */
  get open(): boolean {
    return !this.#closed && this.#channel.open;
  }

  /** The server paused the socket, and wants bytes from now on. */
  askingAgain(): void {
    this.#receivableSince = now();
  }

  /** Null: the peer's end of data. */
  received(chunk: Uint8Array | null): void {
    this.#receivedUnseen(chunk?.length ?? 0);
    if (chunk === null) this.#tellReceive(0, '', 'ok');
    // Otherwise the program has pushed bytes of its own into the stream.
    else if (this.#socket.bytesRead - this.#bytesTold >= chunk.length) {
      this.#tellReceive(chunk.length, toHex(chunk), 'ok');
    }
  }

  sending(chunks: readonly Chunk[]): void {
    this.#receivedUnseen();
    this.#unfinished = { ...measure(chunks), startedAt: now() };
  }

  sent(error: NodeJS.ErrnoException | null | undefined): void {
    const send = this.#unfinished;
    // After a close Node calls back without an error, whatever became of the bytes; `closing` has told that already.
    if (send === undefined) return;
    this.#unfinished = undefined;
    if (error) this.#tellSend({ ...send, bytes: 0, payload: '' }, nameOf(error));
    else this.#tellSend(send, 'ok');
  }

  shutDown(startedAt: number, error: NodeJS.ErrnoException | null | undefined): void {
    // Closed in between: libuv drops its shutdown(2) then, and Node calls back all the same.
    if (this.#closed) return;
    const result = error ? nameOf(error) : 'ok';
    this.#channel.tell({ what: 'shutdown', connection: this.#connection, startedAt, at: now(), result });
  }

  /** `unsent`: how many bytes of the last write the kernel has not taken, and now never will. */
  closing(error: NodeJS.ErrnoException | null, unsent: number): void {
    this.#receivedUnseen();
    if (error?.syscall === 'read') this.#tellReceive(0, '', nameOf(error));
    const send = this.#unfinished;
    this.#unfinished = undefined;
    if (send) {
      const bytes = send.bytes - unsent;
      this.#tellSend({ ...send, bytes, payload: send.payload.slice(0, 2 * bytes) }, 'ECANCELED');
    }
    this.#closed = true;
  }

  closed(startedAt: number, reset: boolean): void {
    this.#channel.tell({ what: 'close', connection: this.#connection, startedAt, at: now(), reset });
  }

  /** An http server's parser takes bytes past the stream: known is only how many, and that it has them by now. */
  #receivedUnseen(butFor = 0): void {
    const unseen = this.#socket.bytesRead - this.#bytesTold - butFor;
    if (unseen > 0) this.#tellReceive(unseen, '', 'ok');
  }

  #tellReceive(bytes: number, payload: string, result: string): void {
    const startedAt = this.#receivableSince;
    const at = now();
    this.#receivableSince = at;
    this.#bytesTold += bytes;
    this.#channel.tell({ what: 'recv', connection: this.#connection, startedAt, at, bytes, payload, result });
  }

  #tellSend({ startedAt, bytes, payload }: Send, result: string): void {
    this.#channel.tell({ what: 'send', connection: this.#connection, startedAt, at: now(), bytes, payload, result });
  }
}

function nameOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}
