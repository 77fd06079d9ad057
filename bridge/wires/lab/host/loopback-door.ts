import { rewriteAddress } from '../../../packet/rewrite-address.ts';

const LOOPBACK = '127.0.0.1';

/**
 * Lets a server that is bound to 127.0.0.1 be reached from the wire, unchanged. A connection's first SYN decides: where
 * something listens on the host's own address, or on all, the packets stay as they are.
 *
 *     wire ─ to 10.77.0.2 ─▶ │ ─ to 127.0.0.1 ─▶ server
 *     wire ◀ from 10.77.0.2 ─ │ ◀ from 127.0.0.1 ─ server
 */
export class LoopbackDoor {
  readonly #address: string;
  readonly #listens: (address: string, port: number) => boolean;
  /** Client ports of the connections that go to the loopback address. */
  readonly #ports = new Set<number>();

  /**
   * @param address the host's address on the wire
   * @param listens whether something listens on an address and port of this host, or on all its addresses
   */
  constructor(address: string, listens: (address: string, port: number) => boolean) {
    this.#address = address;
    this.#listens = listens;
  }

  /** The packet as the host's kernel is to get it. */
  inward(packet: Uint8Array, clientPort: number, serverPort: number, opens: boolean): Uint8Array {
    if (opens) this.#decide(clientPort, serverPort);
    return this.#ports.has(clientPort) ? rewriteAddress(packet, { destination: LOOPBACK }) : packet;
  }

  /** The packet as the wire is to get it. */
  outward(packet: Uint8Array, clientPort: number): Uint8Array {
    return this.#ports.has(clientPort) ? rewriteAddress(packet, { source: this.#address }) : packet;
  }

  /** The server's own name for its end of the connection. */
  localAddress(clientPort: number): string {
    return this.#ports.has(clientPort) ? LOOPBACK : this.#address;
  }

  #decide(clientPort: number, serverPort: number): void {
    const onLoopback = !this.#listens(this.#address, serverPort) && this.#listens(LOOPBACK, serverPort);
    if (onLoopback) this.#ports.add(clientPort);
    else this.#ports.delete(clientPort);
  }
}
