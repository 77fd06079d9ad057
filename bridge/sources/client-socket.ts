import { readSync } from 'node:fs';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { formatAddress, type Address } from '../address.ts';
import { monotonicUs } from '../machine/clock.ts';
import { toTenths } from '../trace/draft.ts';
import type { Heard, Sink } from '../trace/report.ts';
import { stepId } from '../trace/step-id.ts';
import { PAYLOAD_SHOWN, type CallName } from '../trace/step.ts';
import { observedCall, type CallFacts } from './observed-steps.ts';

/** Bytes that wait for recv() before the kernel is left to hold more: then its window closes, as TCP means it to. */
const UNREAD_BYTES = 1024 * 1024;

/** What is settled of the client's end before it connects; by default the kernel chooses. */
export interface OwnEnd {
  localPort?: number;
  /** Makes the socket: a descriptor with options set on it that Node cannot set. */
  descriptor?: () => number;
}

/**
 * The client program: one TCP connection over `node:net` that tells each call as it makes it, and what its socket heard.
 * It reads from the kernel as bytes come and keeps them until recv() asks, so that an end is noticed when it happens.
 *
 *     script ─▶ connect, send, recv … ─▶ node:net ─▶ kernel
 *                      └─▶ reports: each call with its duration, each arrival
 */
export class ClientSocket {
  readonly #target: Address;
  readonly #zero: number;
  readonly #sink: Sink;
  readonly #ownPort: number | undefined;
  readonly #socket: Socket;
  readonly #unread: Buffer[] = [];
  #unreadBytes = 0;
  readonly #counts = { send: 0, recv: 0, shutdown: 0, heard: 0 };
  #wake: (() => void) | undefined;
  #ended: 'fin' | 'rst' | undefined;
  /** The errno name that ended the connection. */
  #failure: string | undefined;
  #closed = false;

  /** @param zero microseconds of the monotonic clock: the run's zero */
  constructor(target: Address, zero: number, sink: Sink, { localPort, descriptor }: OwnEnd = {}) {
    this.#target = target;
    this.#zero = zero;
    this.#sink = sink;
    this.#ownPort = localPort;
    const startedAt = this.#now();
    this.#socket = new Socket({
      // Or Node would answer the peer's FIN with its own.
      allowHalfOpen: true,
      // Node sets these three by itself; where its copy of the options has them already, a socket is made in a tenth of the time.
      emitClose: false,
      autoDestroy: true,
      decodeStrings: false,
      onread: this.#reader(),
      fd: descriptor?.(),
      manualStart: true,
    } as SocketConstructorOpts);
    this.#call('client.socket', 'socket', startedAt, {
      returnedAt: this.#now(),
      result: 'ok',
      args: ['AF_INET', 'SOCK_STREAM'],
    });
    this.#socket.on('end', () => this.#hearEnd(readNow(this.#socket) === 'rst' ? 'rst' : 'fin'));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.name));
    this.#socket.on('close', () => this.#closedByItself());
  }

  /** The errno name that ended the connection, if one did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** How the peer's side ended, as far as this side heard. */
  get peerEnd(): 'fin' | 'rst' | undefined {
    return this.#ended;
  }

  /**
   * Resolves with `ok` or an errno name.
   * @param onPort called once, as soon as the kernel has chosen the client's port
   */
  connect(onPort: (port: number) => void = () => {}): Promise<string> {
    const startedAt = this.#now();
    const peer = formatAddress(this.#target);
    const args = [peer];
    this.#call('client.connect', 'connect', startedAt, { args });
    return new Promise((resolve) => {
      const returned = (result: string): void => {
        this.#call('client.connect', 'connect', startedAt, { args, returnedAt: this.#now(), result, peer });
        resolve(result);
      };
      this.#wake = () => returned(this.#failure ?? 'ECANCELED');
      let portTold = false;
      const tellPort = (): void => {
        const port = this.#socket.localPort;
        if (port !== undefined && !portTold) onPort(port);
        portTold ||= port !== undefined;
      };
      const { host, port } = this.#target;
      this.#socket.connect({ host, port, localPort: this.#ownPort, autoSelectFamily: false }, () => {
        this.#wake = undefined;
        tellPort();
        returned('ok');
      });
      // Node asks the kernel in its next tick: from then on the port is known, and no answer was read yet.
      process.nextTick(tellPort);
    });
  }

  /**
   * Resolves with `ok` when the kernel has taken every byte, else with an errno name.
   * @param nagle whether the bytes may wait until those before them are acknowledged (RFC 9293 §3.7.4)
   */
  send(bytes: Buffer, nagle = false): Promise<string> {
    // Nagle's algorithm holds back only what follows a first send: without it each send is on its way at once.
    if (this.#counts.send > 0) this.#socket.setNoDelay(!nagle);
    const id = stepId('client', 'send', this.#counts.send++);
    const startedAt = this.#now();
    const args = [String(bytes.length)];
    const payload = shown(bytes);
    const tell = (returnedAt?: number, result?: string): void =>
      this.#call(id, 'send', startedAt, { args, bytes: bytes.length, payload, returnedAt, result });
    return new Promise((resolve) => {
      let takenAt: number | undefined;
      this.#socket.write(bytes, (error) => {
        const result = error ? codeOf(error) : 'ok';
        tell(takenAt ?? this.#now(), result);
        resolve(result);
      });
      // Node calls back a little later, also where the kernel took every byte at once.
      if (this.#socket.writableLength === 0) takenAt = this.#now();
      else tell();
    });
  }

  /**
   * Resolves with the bytes that came, at most `limit`; with none at the peer's end; with an errno name after a failure.
   */
  async recv(limit = Infinity): Promise<Buffer | string> {
    const id = stepId('client', 'recv', this.#counts.recv++);
    const startedAt = this.#now();
    if (!this.#unread.length && !this.#ended && !this.#failure && !this.#closed) {
      this.#call(id, 'recv', startedAt, {});
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const bytes = this.#take(limit);
    const lost = bytes.length === 0 ? (this.#failure ?? (this.#ended === 'fin' ? undefined : 'ECANCELED')) : undefined;
    const returnedAt = this.#now();
    if (lost !== undefined) this.#call(id, 'recv', startedAt, { returnedAt, result: lost });
    else this.#call(id, 'recv', startedAt, { returnedAt, result: 'ok', bytes: bytes.length, payload: shown(bytes) });
    return lost ?? bytes;
  }

  /** Ends the sending side; resolves with `ok` or an errno name. */
  shutdown(): Promise<string> {
    const id = stepId('client', 'shutdown', this.#counts.shutdown++ || undefined);
    const startedAt = this.#now();
    return new Promise((resolve) => {
      this.#socket.end(() => {
        const result = this.#failure ?? 'ok';
        this.#call(id, 'shutdown', startedAt, { args: ['SHUT_WR'], returnedAt: this.#now(), result });
        resolve(result);
      });
    });
  }

  close(): void {
    this.#finish('close', () => this.#socket.destroy());
  }

  /** Ends with a RST where there is a connection; before there is one, with nothing. */
  reset(): void {
    if (this.#socket.pending || this.#socket.destroyed) this.close();
    else this.#finish('reset', () => this.#resetWhenShut());
  }

  /** In the midst of shutdown(2) libuv refuses to reset, and Node then leaves the descriptor open for ever. */
  #resetWhenShut(): void {
    const { writableEnded, writableFinished, writableLength } = this.#socket;
    const isShutting = writableEnded && !writableFinished && writableLength === 0;
    if (isShutting) this.#socket.once('finish', () => this.#socket.resetAndDestroy());
    else this.#socket.resetAndDestroy();
  }

  #finish(name: 'close' | 'reset', end: () => void): void {
    if (this.#closed) return;
    if (!this.#ended) this.#hearTheRest();
    this.#closed = true;
    const startedAt = this.#now();
    end();
    this.#call(stepId('client', name), name, startedAt, { returnedAt: this.#now(), result: 'ok' });
    this.#awaken();
  }

  /** After a failure Node closes the descriptor without being asked. */
  #closedByItself(): void {
    this.#finish('close', () => undefined);
  }

  /** What has come since the loop last looked: whether the peer's end is among it tells who closed first. */
  #hearTheRest(): void {
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      const heard = readNow(this.#socket);
      if (heard === undefined) return;
      if (typeof heard === 'string') return this.#hearEnd(heard);
      this.#hearData(heard);
    }
  }

  /** Bytes straight from each read(2), past Node's streams: those take several times as long as the kernel. */
  #reader(): OnReadOpts {
    return {
      buffer: reading,
      callback: (bytes) => {
        this.#hearData(Buffer.from(reading.subarray(0, bytes)));
        return true;
      },
    };
  }

  #hearData(chunk: Buffer): void {
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#unreadBytes >= UNREAD_BYTES) this.#socket.pause();
    this.#hear('data', chunk);
  }

  #hearEnd(end: 'fin' | 'rst'): void {
    if (this.#ended || this.#closed) return;
    this.#ended = end;
    if (end === 'rst') this.#failure ??= 'ECONNRESET';
    this.#hear(end);
  }

  #fail(code: string): void {
    this.#failure ??= code;
    // EPIPE: the kernel knew of the reset before this write, and had told nobody.
    if (code === 'ECONNRESET' || code === 'EPIPE') this.#hearEnd('rst');
    this.#awaken();
  }

  #hear(what: Heard['what'], chunk?: Buffer): void {
    const id = stepId('client', 'heard', this.#counts.heard++);
    const payload = chunk ? shown(chunk) : '';
    this.#sink({ kind: 'heard', id, at: this.#now(), side: 'client', what, bytes: chunk?.length ?? 0, payload });
    this.#awaken();
  }

  #awaken(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #take(limit: number): Buffer {
    const first = this.#unread.shift();
    if (!first) return Buffer.alloc(0);
    const taken = first.subarray(0, limit);
    if (first.length > limit) this.#unread.unshift(first.subarray(limit));
    this.#unreadBytes -= taken.length;
    if (this.#socket.isPaused() && this.#unreadBytes < UNREAD_BYTES) this.#socket.resume();
    return taken;
  }

  #call(id: string, name: CallName, startedAt: number, facts: CallFacts): void {
    this.#sink(observedCall('client', id, name, startedAt, facts));
  }

  #now(): number {
    return toTenths(monotonicUs() - this.#zero);
  }
}

/** One for all sockets: a read(2) fills it, and what came is copied before the next. */
const reading = Buffer.alloc(64 * 1024);
/** A peer that sends without end is not read for ever before a close. */
const MOST_READS = 16;

/**
 * One read(2) past Node's loop: bytes, the peer's end, or nothing. It also tells a reset from an end: libuv tells an end
 * where bytes and a RST were there together; read(2) then still says ECONNRESET, and 0 after a FIN.
 */
function readNow(socket: Socket): Buffer | 'fin' | 'rst' | undefined {
  const descriptor = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  if (descriptor === undefined || descriptor < 0) return undefined;
  try {
    const bytes = readSync(descriptor, reading);
    return bytes === 0 ? 'fin' : Buffer.from(reading.subarray(0, bytes));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? 'rst' : undefined;
  }
}

function shown(bytes: Buffer): string {
  return bytes.toString('hex', 0, PAYLOAD_SHOWN);
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.name;
}
