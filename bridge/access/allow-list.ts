import type { FastifyRequest } from 'fastify';
import { formatAddress } from '../address.ts';
import type { Config } from '../config.ts';

/**
 * Who may speak to the bridge. A foreign page sends its own Origin; a rebound DNS name sends Origin and Host alike, both
 * foreign: so each is held against an exact list.
 */
export class AllowList {
  readonly #allowed: Pick<Config, 'allowHosts' | 'allowOrigins'>;
  #hosts: ReadonlySet<string> = new Set();
  #origins: ReadonlySet<string> = new Set();

  constructor(allowed: Pick<Config, 'allowHosts' | 'allowOrigins'>) {
    this.#allowed = allowed;
  }

  /** @param names of the bridge itself, in lower case; the port is known only when it listens, where 0 was asked for */
  listensOn(names: readonly string[], port: number): void {
    const { allowHosts, allowOrigins } = this.#allowed;
    const own = names.map((host) => formatAddress({ host, port }));
    // A browser leaves the standard port out.
    if (port === 80) own.push(...own.map((host) => host.slice(0, -':80'.length)));
    this.#hosts = new Set([...own, ...allowHosts]);
    this.#origins = new Set([...own.map((host) => `http://${host}`), ...allowOrigins]);
  }

  /** What is wrong with the names in a request, if anything. */
  faultOf({ raw, ws }: FastifyRequest): 'BAD_REQUEST' | 'HOST_NOT_ALLOWED' | 'ORIGIN_NOT_ALLOWED' | undefined {
    const hosts = raw.headersDistinct['host'] ?? [];
    // RFC 9112 §3.2; before HTTP/1.1 there need not be one.
    if (hosts.length > 1 || (hosts.length === 0 && raw.httpVersion === '1.1')) return 'BAD_REQUEST';
    // A target with a host of its own is what a proxy is asked for, and this is none.
    if (!raw.url?.startsWith('/') || !this.#hosts.has(lower(hosts[0]) ?? '')) return 'HOST_NOT_ALLOWED';
    const { origin } = raw.headers;
    // A browser names the origin of every WebSocket; of its own page's other requests it need not.
    if (origin === undefined && !ws) return undefined;
    return this.#origins.has(lower(origin) ?? 'none') ? undefined : 'ORIGIN_NOT_ALLOWED';
  }
}

function lower(name: string | undefined): string | undefined {
  return name?.toLowerCase();
}
