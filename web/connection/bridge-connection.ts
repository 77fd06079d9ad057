import type { BridgeMessage, PageMessage } from '../../bridge/protocol/messages.ts';
import { readMessage } from './incoming.ts';

/**
 * The page's one WebSocket to the bridge. It opens again by itself whenever it is lost.
 *
 *     connecting ── open ──▶ open ── close ──▶ lost ── after a pause ──▶ connecting …
 *
 * The pause doubles from a quarter of a second up to five seconds.
 */
export type ConnectionStatus = 'connecting' | 'open' | 'lost';

/** What the page uses of a WebSocket, so that a test can supply its own. */
export interface Socket {
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  open: () => Socket;
  onmessage: (message: BridgeMessage) => void;
  onstatus: (status: ConnectionStatus) => void;
  /** A message came that does not follow the protocol. */
  onnonsense: () => void;
  schedule?: (task: () => void, ms: number) => unknown;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export class BridgeConnection {
  readonly #options: ConnectionOptions;
  #socket: Socket | undefined;
  #isOpen = false;
  #isClosed = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Returns whether there was a connection to send it over. */
  send(message: PageMessage): boolean {
    if (!this.#isOpen || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Closes the socket for good. */
  close(): void {
    this.#isClosed = true;
    this.#socket?.close();
  }

  #connect(): void {
    if (this.#isClosed) return;
    const { open, onmessage, onstatus, onnonsense } = this.#options;
    onstatus('connecting');
    const socket = open();
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#isOpen = true;
      onstatus('open');
    });
    socket.addEventListener('message', ({ data }) => {
      const message = typeof data === 'string' ? readMessage(data) : undefined;
      if (!message) return onnonsense();
      // Only a message resets the pause. Otherwise a proxy that accepts and hangs up would be hammered.
      this.#pauseMs = FIRST_PAUSE_MS;
      onmessage(message);
    });
    socket.addEventListener('close', () => this.#lost());
  }

  #lost(): void {
    this.#isOpen = false;
    this.#socket = undefined;
    if (this.#isClosed) return;
    this.#options.onstatus('lost');
    const schedule = this.#options.schedule ?? setTimeout;
    schedule(() => this.#connect(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
