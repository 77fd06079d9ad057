import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { unchanged, type Fault } from './faults.ts';

/**
 * A TCP proxy on the loopback between the bridge and a server, with a fault in each direction. As long as nothing is
 * broken it passes on what it gets: bytes, a FIN as a FIN, a RST as a RST.
 *
 *     bridge ──▶ proxy ── toServer ──▶ server
 *            ◀─────────── toClient ───
 */
export class FaultProxy {
  /** The faults of connections to come. */
  toServer: Fault = unchanged;
  toClient: Fault = unchanged;
  readonly #serverPort: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly port: number;

  /** @param port where it listens, each time that it is up */
  constructor(port: number, serverPort: number) {
    this.port = port;
    this.#serverPort = serverPort;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#serve(client));
  }

  async up(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Stops listening, and ends every connection. */
  async down(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(client: Socket): void {
    const server = connect({ port: this.#serverPort, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, server]) this.#keep(socket);
    void pass(client, server, this.toServer);
    void pass(server, client, this.toClient);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // The iterator that reads the socket reports each.
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
  }
}

/** Passes one direction on, through its fault. What breaks on one side is a reset on the other. */
async function pass(from: Socket, to: Socket, fault: Fault): Promise<void> {
  const over = new AbortController();
  to.once('close', () => over.abort());
  try {
    for await (const chunk of fault(from.iterator({ destroyOnReturn: false }), over.signal)) to.write(chunk);
    to.end();
  } catch {
    to.resetAndDestroy();
    from.destroy();
  }
}
