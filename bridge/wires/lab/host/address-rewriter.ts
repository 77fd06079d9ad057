import { rewriteAddress } from '../../../packet/rewrite-address.ts';
import type { PacketHeader } from './packet-header.ts';

/** One address of a host: as its kernel has it in a connection, and as the wire has it. */
interface OwnAddress {
  kernel: string;
  wire: string;
}

/**
 * Lets a program use a loopback address, unchanged, for a connection that crosses the wire: it rewrites the host's own
 * address in the packets of that connection. The other end's address stays as it is. Whoever knows the host decides at the
 * first SYN, and the decision holds as long as the connection.
 *
 *     wire ─ to 10.77.0.2 ──▶ rewriter ─ to 127.0.0.1 ──▶ a server bound to 127.0.0.1
 *     wire ◀ from 10.77.0.2 ─ rewriter ◀ from 127.0.0.1 ─
 */
export class AddressRewriter {
  /** Those of the connections whose packets change, by connection. */
  readonly #own = new Map<string, OwnAddress>();

  /** A connection begins, with these addresses of its own end. */
  begin(connection: string, own: OwnAddress): void {
    if (own.kernel === own.wire) this.#own.delete(connection);
    else this.#own.set(connection, own);
  }

  /** Returns a packet from the wire as this host's kernel needs it. */
  inward(packet: Uint8Array, connection: string): Uint8Array {
    const own = this.#own.get(connection);
    return own ? rewriteAddress(packet, { destination: own.kernel }) : packet;
  }

  /** Returns a packet from this host's kernel as the other host needs it. */
  outward(packet: Uint8Array, connection: string): Uint8Array {
    const own = this.#own.get(connection);
    return own ? rewriteAddress(packet, { source: own.wire }) : packet;
  }

  /** The address of its own end, as this host's kernel has it. Undefined if that is the one on the wire. */
  kernelAddress(connection: string): string | undefined {
    return this.#own.get(connection)?.kernel;
  }
}

/** The name of a packet's connection, the same for both ways. */
export function connectionOf({ version }: PacketHeader, clientPort: number, serverPort: number): string {
  return `${version}.${clientPort}.${serverPort}`;
}
