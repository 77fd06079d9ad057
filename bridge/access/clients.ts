import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { clientOf } from './client-address.ts';

/**
 * Which address a request comes from. A proxy in front of the bridge adds the address of its own client at the end of
 * `X-Forwarded-For`. Whoever is not a trusted proxy may write anything there, and is not believed.
 */
export class Clients {
  readonly #proxies: ReadonlySet<string>;

  /** @param proxies the IP addresses of trusted proxies */
  constructor(proxies: readonly string[] = []) {
    this.#proxies = new Set(proxies.map((remoteAddress) => clientOf({ remoteAddress })));
  }

  /** Whether a connection comes from a trusted proxy: many clients share it. */
  isProxy(socket: Pick<Socket, 'remoteAddress'>): boolean {
    return this.#proxies.has(clientOf(socket));
  }

  /** The last address that no trusted proxy has; without one, the address of the proxy itself. */
  of({ socket, headers }: Pick<IncomingMessage, 'headers'> & { socket: Pick<Socket, 'remoteAddress'> }): string {
    const peer = clientOf(socket);
    if (!this.#proxies.has(peer)) return peer;
    for (const forwarded of listed(headers['x-forwarded-for']).reverse()) {
      // What is left of something that is no address was not written by a trusted proxy either.
      if (isIP(forwarded) === 0) return peer;
      const address = clientOf({ remoteAddress: forwarded });
      if (!this.#proxies.has(address)) return address;
    }
    return peer;
  }
}

function listed(header: string | readonly string[] = ''): string[] {
  return header
    .toString()
    .split(',')
    .map((text) => text.trim());
}
