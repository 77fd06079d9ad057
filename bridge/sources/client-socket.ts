/**
 * The client program: one TCP connection over `node:net` that reports each call it makes and what its socket hears. It
 * reads bytes as they come and keeps them until recv() asks, so that it notices the peer's end when it happens.
 *
 *     script ─▶ connect, send, recv … ─▶ node:net ─▶ kernel
 *                      └─▶ reports: each call with its duration, each arrival
 */
import { isIP, Socket, type SocketConstructorOpts } from 'node:net';
import { formatAddress, type Address } from '../address.ts';
import type { Heard, Sink } from '../trace/report.ts';
import { stepId } from '../trace/step-id.ts';
import { PAYLOAD_SHOWN, type CallName } from '../trace/step.ts';
import { observedCall, type CallFacts } from './observed-steps.ts';
import { since } from './run-time.ts';
import { directReads, endOf, unseenArrivals } from './socket-reading.ts';
import { UnreadBytes } from './unread-bytes.ts';

/** With this many bytes unread, the socket stops reading. The kernel's buffer then fills, and its window closes. */
const UNREAD_BYTES = 1024 * 1024;

/** The client's own end. The kernel chooses what is not given. */
export interface OwnEnd {
  localPort?: number;
  /** Makes the socket, with options that Node cannot set, and returns its descriptor. */
  descriptor?: () => number;
}

export class ClientSocket {
  readonly #target: Address;
  readonly #zero: number;
  readonly #sink: Sink;
  readonly #ownPort: number | undefined;
  readonly #socket: Socket;
  readonly #unread = new UnreadBytes();
  readonly #counts = { send: 0, recv: 0, shutdown: 0, heard: 0 };
  /** The last recv() that has returned bytes, or the end. */
  #lastRecv: { id: string; startedAt: number; facts: CallFacts } | undefined;
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
      // Otherwise Node would answer the peer's FIN with its own.
      allowHalfOpen: true,
      // Node would set these three itself. If they are given, it makes a socket in a tenth of the time.
      emitClose: false,
      autoDestroy: true,
      decodeStrings: false,
      onread: directReads((bytes) => this.#hearData(bytes)),
      fd: descriptor?.(),
      manualStart: true,
    } as SocketConstructorOpts);
    this.#call('client.socket', 'socket', startedAt, {
      returnedAt: this.#now(),
      result: 'ok',
      args: [isIP(target.host) === 6 ? 'AF_INET6' : 'AF_INET', 'SOCK_STREAM'],
    });
    this.#socket.on('end', () => this.#hearEnd(endOf(this.#socket)));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.name));
    this.#socket.on('close', () => this.#closedByItself());
  }

  /** The errno name that ended the connection, if one did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** How the peer ended its side, if the client has heard of it. */
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
      let isPortKnown = false;
      const reportPort = (): void => {
        const port = this.#socket.localPort;
        if (port !== undefined && !isPortKnown) onPort(port);
        isPortKnown ||= port !== undefined;
      };
      const { host, port } = this.#target;
      this.#socket.connect({ host, port, localPort: this.#ownPort, autoSelectFamily: false }, () => {
        this.#wake = undefined;
        reportPort();
        returned('ok');
      });
      // Node connects in its next tick: the port is then known, before any answer is read.
      process.nextTick(reportPort);
    });
  }

  /**
   * Resolves with `ok` when the kernel has taken every byte, else with an errno name.
   * @param plain the program's own bytes, if those to be sent are records of TLS
   * @param nagle whether the bytes may wait until those before them are acknowledged (RFC 9293 §3.7.4)
   */
  send(bytes: Buffer, nagle = false, plain?: Buffer): Promise<string> {
    // Without Nagle's algorithm each send leaves at once. It never holds back a first one.
    if (this.#counts.send > 0) this.#socket.setNoDelay(!nagle);
    const id = stepId('client', 'send', this.#counts.send++);
    const startedAt = this.#now();
    const args = [String(bytes.length)];
    const payload = shown(bytes);
    const tls = plain && carriedIn(plain);
    const report = (returnedAt?: number, result?: string): void =>
      this.#call(id, 'send', startedAt, { args, bytes: bytes.length, payload, returnedAt, result, tls });
    return new Promise((resolve) => {
      let takenAt: number | undefined;
      this.#socket.write(bytes, (error) => {
        const result = error ? codeOf(error) : 'ok';
        report(takenAt ?? this.#now(), result);
        resolve(result);
      });
      // Node calls back a little later, even if the kernel took every byte at once.
      if (this.#socket.writableLength === 0) takenAt = this.#now();
      else report();
    });
  }

  /**
   * Resolves with the bytes that came, at most `limit`; with none at the peer's end; with an errno name after a failure.
   */
  async recv(limit = Infinity): Promise<Buffer | string> {
    const id = stepId('client', 'recv', this.#counts.recv++);
    const startedAt = this.#now();
    if (this.#unread.length === 0 && !this.#ended && !this.#failure && !this.#closed) {
      this.#call(id, 'recv', startedAt, {});
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const bytes = this.#take(limit);
    const lost = bytes.length === 0 ? (this.#failure ?? (this.#ended === 'fin' ? undefined : 'ECANCELED')) : undefined;
    const returnedAt = this.#now();
    if (lost !== undefined) this.#call(id, 'recv', startedAt, { returnedAt, result: lost });
    else {
      const facts = { returnedAt, result: 'ok', bytes: bytes.length, payload: shown(bytes) };
      this.#lastRecv = { id, startedAt, facts };
      this.#call(id, 'recv', startedAt, facts);
    }
    return lost ?? bytes;
  }

  /** What the last recv() returned were records of TLS: with these bytes of the program. */
  received(plain: Buffer): void {
    if (!this.#lastRecv) return;
    const { id, startedAt, facts } = this.#lastRecv;
    this.#call(id, 'recv', startedAt, { ...facts, tls: carriedIn(plain) });
  }

  /** Reports what whoever uses this socket has done with it: it ends now. */
  tell(name: 'tls', facts: Pick<CallFacts, 'args' | 'result' | 'handshake'>): void {
    const at = this.#now();
    this.#call(stepId('client', name), name, at, { ...facts, returnedAt: at });
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

  /** Ends the connection with a RST. If there is none yet, closes the socket. */
  reset(): void {
    if (this.#socket.pending || this.#socket.destroyed) this.close();
    else this.#finish('reset', () => this.#resetWhenShut());
  }

  /** During shutdown(2) libuv refuses to reset, and Node then leaves the descriptor open for ever. */
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

  /** After a failure, Node closes the descriptor of its own accord. */
  #closedByItself(): void {
    this.#finish('close', () => undefined);
  }

  /** Reads what has already come: if the peer's end is among it, the peer closed first. */
  #hearTheRest(): void {
    for (const arrival of unseenArrivals(this.#socket))
      if (typeof arrival === 'string') this.#hearEnd(arrival);
      else this.#hearData(arrival);
  }

  #hearData(chunk: Buffer): void {
    this.#unread.add(chunk);
    if (this.#unread.length >= UNREAD_BYTES) this.#socket.pause();
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
    // EPIPE: the kernel knew of the reset before this write, and had not reported it.
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
    const taken = this.#unread.take(limit);
    if (this.#socket.isPaused() && this.#unread.length < UNREAD_BYTES) this.#socket.resume();
    return taken;
  }

  #call(id: string, name: CallName, startedAt: number, facts: CallFacts): void {
    this.#sink(observedCall('client', id, name, startedAt, facts));
  }

  #now(): number {
    return since(this.#zero);
  }
}

function shown(bytes: Buffer): string {
  return bytes.toString('hex', 0, PAYLOAD_SHOWN);
}

function carriedIn(plain: Buffer): { bytes: number; payload: string } {
  return { bytes: plain.length, payload: shown(plain) };
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.name;
}
