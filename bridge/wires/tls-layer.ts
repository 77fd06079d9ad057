/**
 * TLS between a script and its connection. The program's bytes go into TLS records here, and those through the client
 * socket: each send() and recv() of the connection is a real one, and is told with the bytes that the program had in it. A
 * certificate that cannot be verified ends nothing unless the script asks for that. This file knows no wire and no trace.
 *
 *     script ─ bytes ─▶ TLS (node:tls) ─ records ─▶ client socket ─▶ kernel
 */
import { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { ClientSocket } from '../sources/client-socket.ts';
import { UnreadBytes } from '../sources/unread-bytes.ts';
import type { TlsOperation } from '../trace/script.ts';
import type { TlsHandshake } from '../trace/step.ts';

/** RFC 8446 §5.1: a record holds at most so many bytes. Each is one send(), as in programs that use OpenSSL. */
const RECORD_BYTES = 16_384;
/** The names in a certificate may be of any length. */
const LONGEST_NAME = 255;

export class TlsLayer {
  readonly #client: ClientSocket;
  readonly #settings: TlsOperation;
  readonly #records: RecordStream;
  readonly #tls: TLSSocket;
  /** What has been decrypted, and not been read yet. */
  readonly #plain = new UnreadBytes();
  #decrypted: Buffer[] = [];
  #isSecure = false;
  #hasEnded = false;
  #isClosed = false;
  #failure: string | undefined;

  /** @param host the server's address: a certificate that names no server is held against it */
  constructor(client: ClientSocket, host: string, settings: TlsOperation) {
    const { serverName, alpn } = settings;
    this.#client = client;
    this.#settings = settings;
    this.#records = new RecordStream(client);
    this.#tls = connect({
      socket: this.#records,
      host,
      rejectUnauthorized: false,
      ...(serverName !== undefined && { servername: serverName }),
      ...(alpn && { ALPNProtocols: alpn }),
    });
    this.#tls.on('data', (bytes: Buffer) => this.#decrypted.push(bytes));
    this.#tls.on('end', () => (this.#hasEnded = true));
    this.#tls.on('secureConnect', () => (this.#isSecure = true));
    this.#tls.on('error', ({ code, name }: NodeJS.ErrnoException) => {
      this.#failure ??= code ?? name;
      this.#records.destroy();
    });
  }

  /** Whether the handshake is over. */
  get isSecure(): boolean {
    return this.#isSecure;
  }

  /** Resolves with `ok`, or with the code of what went wrong: `ERR_SSL_…`, an errno name, why a certificate is not valid. */
  async shakeHands(): Promise<string> {
    await this.#records.hasWritten;
    let problem: string | undefined;
    while (!this.#isSecure && problem === undefined) {
      problem = await this.#receive();
      if (this.#hasEnded && !this.#isSecure) problem ??= 'TLS_NO_ANSWER';
    }
    await this.#records.idle;
    const handshake = problem === undefined ? this.#facts() : undefined;
    if (this.#settings.verify) problem ??= handshake?.why;
    this.#client.tell('tls', { result: problem ?? 'ok', ...(handshake && { handshake }) });
    return problem ?? 'ok';
  }

  /** As `ClientSocket.send`: resolves with `ok` or a code. */
  async send(bytes: Buffer, nagle = false): Promise<string> {
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      const piece = bytes.subarray(at, at + RECORD_BYTES);
      this.#records.carries(piece, nagle);
      const error = await new Promise<Error | null | undefined>((resolve) => this.#tls.write(piece, resolve));
      if (error) return this.#records.failure ?? this.#failure ?? 'EPIPE';
    }
    return 'ok';
  }

  /** As `ClientSocket.recv`: resolves with the bytes that came, with none at the end, or with a code. */
  async recv(limit = Infinity): Promise<Buffer | string> {
    while (this.#plain.length === 0 && !this.#hasEnded) {
      const problem = await this.#receive();
      if (problem !== undefined) return problem;
    }
    return this.#plain.take(limit);
  }

  /** Says that nothing more will be sent (RFC 8446 §6.1), and ends the sending side of the connection. */
  async shutdown(): Promise<string> {
    await this.#end();
    return this.#client.shutdown();
  }

  async close(): Promise<void> {
    if (this.#isSecure && this.#client.peerEnd !== 'rst') await this.#end();
    this.#client.close();
    this.#tls.destroy();
  }

  /** Sends close_notify, once. */
  async #end(): Promise<void> {
    if (this.#isClosed || this.#failure !== undefined) return;
    this.#isClosed = true;
    await new Promise<void>((resolve) => {
      this.#tls.once('close', resolve);
      this.#tls.end(resolve);
    });
  }

  /** One recv() on the connection. Returns a code if there is nothing more to come. */
  async #receive(): Promise<string | undefined> {
    const bytes = await this.#client.recv();
    if (typeof bytes === 'string') {
      this.#records.destroy();
      return bytes;
    }
    this.#records.push(bytes.length === 0 ? null : bytes);
    // Events of streams come in a later tick.
    await new Promise((resolve) => setImmediate(resolve));
    if (bytes.length === 0) this.#hasEnded = true;
    const decrypted = Buffer.concat(this.#decrypted);
    this.#decrypted = [];
    if (decrypted.length > 0) this.#plain.add(decrypted);
    this.#client.received(decrypted);
    return this.#hasEnded ? undefined : this.#failure;
  }

  #facts(): TlsHandshake {
    const { alpnProtocol, authorized, authorizationError } = this.#tls;
    const { subject } = this.#tls.getPeerCertificate();
    const peerName = [subject?.CN].flat()[0];
    const { serverName } = this.#settings;
    return {
      version: this.#tls.getProtocol() ?? '',
      cipher: this.#tls.getCipher().standardName,
      ...(alpnProtocol && { alpn: alpnProtocol }),
      ...(serverName !== undefined && { serverName }),
      ...(peerName !== undefined && { peerName: peerName.slice(0, LONGEST_NAME) }),
      ...(!authorized && { why: String(authorizationError ?? 'CERT_REJECTED') }),
    };
  }
}

/** The connection as TLS sees it. Nothing is read from it: whoever has received something pushes it. */
class RecordStream extends Duplex {
  readonly #client: ClientSocket;
  #carried: Buffer = Buffer.alloc(0);
  #nagle = false;
  #hasWritten: () => void = () => {};
  /** Resolves when something has been sent, or when nothing ever will be. */
  readonly hasWritten = new Promise<void>((resolve) => (this.#hasWritten = resolve));
  /** Resolves when what was to be sent has been. */
  idle: Promise<unknown> = Promise.resolve();
  /** Why something could not be sent. */
  failure: string | undefined;

  constructor(client: ClientSocket) {
    super();
    this.#client = client;
  }

  /** The next records carry these bytes of the program. */
  carries(bytes: Buffer, nagle: boolean): void {
    this.#carried = bytes;
    this.#nagle = nagle;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#hasWritten();
    done(error);
  }

  #send(records: Buffer, done: (error?: Error) => void): void {
    const carried = this.#carried;
    this.#carried = Buffer.alloc(0);
    const sent = this.#client.send(records, this.#nagle, carried);
    this.idle = sent;
    void sent.then((result) => {
      this.#hasWritten();
      if (result === 'ok') return done();
      this.failure = result;
      done(new Error(result));
    });
  }
}
