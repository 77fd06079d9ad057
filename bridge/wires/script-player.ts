import type { Limits } from '../protocol/limits.ts';
import type { ClientSocket } from '../sources/client-socket.ts';
import type { Operation, Script, TlsOperation } from '../trace/script.ts';
import { TlsLayer } from './tls-layer.ts';

/** What happened to a script. */
export interface Played {
  /** What connect() returned: `ok` or an errno name. */
  connected: string;
  /** The errno name that ended the connection later, if one did. */
  failure?: string | undefined;
  /** How the peer ended its side, if the client heard of it. */
  peerEnd?: 'fin' | 'rst' | undefined;
  /** Whether the script itself reset the connection. */
  ownReset: boolean;
  /** The bytes that recv() returned, in hex. */
  reply: string;
  /** The limit that ended the script. */
  limit?: 'REPLY_TOO_LARGE' | undefined;
  /** What went wrong in the player itself. */
  error?: string | undefined;
}

/**
 * Plays a script on one connection, operation by operation, and closes it.
 *
 *     connect ─▶ tls?, send, wait, recv, shutdown … ─▶ close
 */
export class ScriptPlayer {
  readonly #client: ClientSocket;
  readonly #script: Script;
  readonly #replyBytes: number;
  readonly #host: string;
  /** What bytes go through: the connection itself, or TLS on it. */
  #stream: Pick<ClientSocket, 'send' | 'recv' | 'shutdown'> & { close(): void | Promise<void> };
  #tlsProblem: string | undefined;
  readonly #reply: Buffer[] = [];
  #received = 0;
  /** What came after the text of the last `until`. */
  #unsearched: Buffer = Buffer.alloc(0);
  #ownReset = false;
  #aborted = false;
  #limit: Played['limit'];
  #interrupt: (() => void) | undefined;

  /** @param host the server's address */
  constructor(client: ClientSocket, host: string, script: Script, limits: Pick<Limits, 'replyBytes'>) {
    this.#client = client;
    this.#stream = client;
    this.#host = host;
    this.#script = script;
    this.#replyBytes = limits.replyBytes;
  }

  /** @param onPort called once, when the client's own port is known */
  async play(onPort: (port: number) => void): Promise<Played> {
    let connected = 'ECANCELED';
    let error: string | undefined;
    try {
      connected = await this.#client.connect(onPort);
      if (connected === 'ok') await this.#playScript();
      await this.#stream.close();
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    this.#client.close();
    return {
      connected,
      failure: this.#client.failure,
      peerEnd: this.#client.peerEnd,
      ownReset: this.#ownReset,
      reply: Buffer.concat(this.#reply).toString('hex'),
      limit: this.#limit,
      error: error ?? this.#tlsProblem,
    };
  }

  /** Ends the connection with a RST, wherever the script is. */
  abort(): void {
    this.#aborted = true;
    this.#client.reset();
    this.#interrupt?.();
  }

  async #playScript(): Promise<void> {
    for (const operation of this.#script) if (this.#aborted || !(await this.#perform(operation))) return;
  }

  /** Returns whether the script can go on. */
  async #perform(operation: Operation): Promise<boolean> {
    switch (operation.do) {
      case 'send':
        return (await this.#stream.send(bytesOf(operation), operation.nagle)) === 'ok';
      case 'wait':
        await this.#wait(operation.ms);
        return true;
      case 'recv':
        if ('until' in operation) return this.#receiveUntil(Buffer.from(operation.until, 'hex'));
        if ('upTo' in operation) return (await this.#receiveOnce(operation.upTo)) !== undefined;
        return this.#receive(operation.bytes ?? Infinity);
      case 'shutdown':
        return (await this.#stream.shutdown()) === 'ok';
      case 'tls':
        return this.#beginTls(operation);
      case 'close':
        await this.#stream.close();
        return false;
      case 'reset':
        this.#ownReset = true;
        this.#client.reset();
        return false;
    }
  }

  async #beginTls(operation: TlsOperation): Promise<boolean> {
    const tls = new TlsLayer(this.#client, this.#host, operation);
    this.#stream = tls;
    const result = await tls.shakeHands();
    if (result === 'ok') return true;
    if (!this.#aborted) this.#tlsProblem = tls.isSecure ? 'TLS_NOT_VERIFIED' : 'TLS_FAILED';
    return false;
  }

  async #receive(wanted: number): Promise<boolean> {
    let missing = wanted;
    while (missing > 0) {
      const bytes = await this.#receiveOnce(missing);
      if (bytes === undefined) return false;
      if (bytes.length === 0) return true;
      missing -= bytes.length;
    }
    return true;
  }

  async #receiveUntil(text: Buffer): Promise<boolean> {
    let found = this.#unsearched.indexOf(text);
    while (found < 0) {
      const searched = this.#unsearched.length;
      const bytes = await this.#receiveOnce(Infinity);
      if (bytes === undefined) return false;
      if (bytes.length === 0) return true;
      this.#unsearched = Buffer.concat([this.#unsearched, bytes]);
      // The text may have come in two pieces.
      found = this.#unsearched.indexOf(text, Math.max(0, searched - text.length + 1));
    }
    this.#unsearched = this.#unsearched.subarray(found + text.length);
    return true;
  }

  /** Returns what one recv() returned: no bytes at the peer's end, and nothing if the script cannot go on. */
  async #receiveOnce(limit: number): Promise<Buffer | undefined> {
    const bytes = await this.#stream.recv(limit);
    if (typeof bytes === 'string') {
      // The connection itself may have failed: then that is the reason.
      if (this.#stream !== this.#client && this.#client.failure === undefined && !this.#aborted)
        this.#tlsProblem = 'TLS_FAILED';
      return undefined;
    }
    this.#reply.push(bytes);
    this.#received += bytes.length;
    if (this.#received <= this.#replyBytes) return bytes;
    this.#limit = 'REPLY_TOO_LARGE';
    this.abort();
    return undefined;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function bytesOf({ hex, times = 1 }: Extract<Operation, { do: 'send' }>): Buffer {
  return Buffer.from(hex.repeat(times), 'hex');
}
