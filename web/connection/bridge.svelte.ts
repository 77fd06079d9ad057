import type { BegunMessage, BridgeMessage, Hello, PageMessage } from '../../bridge/protocol/messages.ts';
import { BridgeConnection, type ConnectionStatus, type Socket } from './bridge-connection.ts';
import { withOutput } from './known-output.ts';
import type { Troubles } from './troubles.svelte.ts';

/**
 * The bridge as the page knows it: its last `hello`, and whether the connection is up.
 *
 *     WebSocket ──▶ BridgeConnection ──▶ Bridge ── about a run ─────────▶ onrunmessage
 *                    reconnects           │  └──── an error without a run ▶ Troubles
 *                                         └─ hello, isConnected, isLost: state for the views
 *
 * The bridge's messages are checked here (`incoming.ts`) before anything else sees them. This room knows no run.
 */
export class Bridge {
  readonly #connection: BridgeConnection;
  readonly #options: BridgeOptions;
  #hello = $state.raw<Hello | undefined>();
  #isConnected = $state(false);
  #isLost = $state(false);
  #refusal = $state<string | undefined>();

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#connection = new BridgeConnection({
      open: () => options.open((code) => (this.#refusal = code)),
      onmessage: (message) => this.#receive(message),
      onstatus: (status) => this.#changeStatus(status),
      onnonsense: () => options.troubles.report('unreadable-message'),
    });
  }

  /** What the bridge last said of itself; it stays while the connection is lost. */
  get hello(): Hello | undefined {
    return this.#hello;
  }
  get isConnected(): boolean {
    return this.#isConnected;
  }
  get isLost(): boolean {
    return this.#isLost;
  }
  /** The bridge refused the connection because the page has no valid token. */
  get needsToken(): boolean {
    return this.#refusal === 'TOKEN_REQUIRED';
  }

  /** Returns whether there was a connection to send it over. */
  send(message: PageMessage): boolean {
    return this.#connection.send(message);
  }

  /** Sends a message, or reports that there is no connection. */
  request(message: PageMessage): void {
    if (!this.send(message)) this.#options.troubles.report('not-connected');
  }

  #receive(message: BridgeMessage): void {
    if (message.type === 'hello') this.#hello = withOutput(message, this.#hello);
    else if (message.type === 'error' && message.id === undefined)
      this.#options.troubles.report(message.code, message.message);
    else if (message.type === 'begun') this.#options.onbegun(message);
    else this.#options.onrunmessage(message);
  }

  #changeStatus(status: ConnectionStatus): void {
    // A lost connection stays lost until it is open again.
    if (status === 'connecting') return;
    this.#isConnected = status === 'open';
    this.#isLost = status === 'lost';
    if (this.#isLost) this.#options.onlost();
  }
}

/** What the bridge says about a run. */
export type RunMessage = Exclude<BridgeMessage, Hello | BegunMessage>;

interface BridgeOptions {
  /** Opens a socket; `onrefusal` takes the stable code of a refusal, or undefined if there was none. */
  open: (onrefusal: (code: string | undefined) => void) => Socket;
  troubles: Troubles;
  onbegun: (message: BegunMessage) => void;
  onrunmessage: (message: RunMessage) => void;
  onlost: () => void;
}
