import { rewriteAddress } from '../../../packet/rewrite-address.ts';

/**
 * Lets the wire reach a server that is bound to a loopback address, unchanged, by rewriting the packets of its connections. Each
 * connection is decided at its first SYN: if the server listens on the host's own address, or on all addresses, the packets
 * stay as they are.
 *
 *     wire ─ to 10.77.0.2 ──▶ rewriter ─ to 127.0.0.1 ──▶ server
 *     wire ◀ from 10.77.0.2 ─ rewriter ◀ from 127.0.0.1 ─ server
 */
export class LoopbackRewriter {
  readonly #address: string;
  readonly #loopback: string;
  readonly #listens: (address: string, port: number) => boolean;
  /** Client ports of the connections that go to the loopback address. */
  readonly #ports = new Set<number>();

  /**
   * @param host its address on the wire, and the loopback address that the wire reaches
   * @param listens whether a program listens on this address and port of the host, or on all its addresses
   */
  constructor(
    { address, loopback }: { address: string; loopback: string },
    listens: (address: string, port: number) => boolean,
  ) {
    this.#address = address;
    this.#loopback = loopback;
    this.#listens = listens;
  }

  /** Returns a packet from the wire as the server's kernel needs it. */
  inward(packet: Uint8Array, clientPort: number, serverPort: number, opens: boolean): Uint8Array {
    if (opens) this.#decide(clientPort, serverPort);
    return this.#ports.has(clientPort) ? rewriteAddress(packet, { destination: this.#loopback }) : packet;
  }

  /** Returns a packet to the wire as the client's kernel needs it. */
  outward(packet: Uint8Array, clientPort: number): Uint8Array {
    return this.#ports.has(clientPort) ? rewriteAddress(packet, { source: this.#address }) : packet;
  }

  /** The address of the server's end of the connection, as this host's kernel has it. */
  localAddress(clientPort: number): string {
    return this.#ports.has(clientPort) ? this.#loopback : this.#address;
  }

  #decide(clientPort: number, serverPort: number): void {
    const onLoopback = !this.#listens(this.#address, serverPort) && this.#listens(this.#loopback, serverPort);
    if (onLoopback) this.#ports.add(clientPort);
    else this.#ports.delete(clientPort);
  }
}
