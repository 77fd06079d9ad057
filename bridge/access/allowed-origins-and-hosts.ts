import type { FastifyRequest } from 'fastify';
import { formatAddress } from '../address.ts';
import type { AccessSettings } from './settings.ts';

type NameFault = 'HTTP_VERSION' | 'BAD_REQUEST' | 'HOST_NOT_ALLOWED' | 'ORIGIN_NOT_ALLOWED';

/**
 * The names under which the bridge may be used. A foreign page sends its own Origin. A page on a rebound DNS name sends
 * that name as Origin and as Host. Both headers are therefore compared with an exact list.
 */
export class AllowedNames {
  readonly #allowed: Pick<AccessSettings, 'allowHosts' | 'allowOrigins'>;
  #hosts: ReadonlySet<string> = new Set();
  #origins: ReadonlySet<string> = new Set();

  constructor(allowed: Pick<AccessSettings, 'allowHosts' | 'allowOrigins'>) {
    this.#allowed = allowed;
  }

  /** @param names of the bridge itself, in lower case */
  listensOn(names: readonly string[], port: number): void {
    const { allowHosts, allowOrigins } = this.#allowed;
    const own = names.map((host) => formatAddress({ host, port }));
    // A browser leaves the standard port out.
    if (port === 80) own.push(...own.map((host) => host.slice(0, -':80'.length)));
    this.#hosts = new Set([...own, ...allowHosts]);
    this.#origins = new Set([...own.map((host) => `http://${host}`), ...allowOrigins]);
  }

  /** What is wrong with the names in a request, if anything. */
  faultOf({ raw, ws }: FastifyRequest): NameFault | undefined {
    const hosts = raw.headersDistinct['host'] ?? [];
    // RFC 9112 §3.2; before HTTP/1.1 there need not be one.
    if (hosts.length > 1 || (hosts.length === 0 && raw.httpVersion === '1.1')) return 'BAD_REQUEST';
    // Only a proxy is asked for a target with a host in it, and this is no proxy.
    if (!raw.url?.startsWith('/') || !this.#hosts.has(lower(hosts[0]) ?? '')) return 'HOST_NOT_ALLOWED';
    // No browser speaks an older version.
    if (raw.httpVersion !== '1.1') return 'HTTP_VERSION';
    const { origin } = raw.headers;
    // A browser names the origin of every WebSocket, but not of every other request.
    if (origin === undefined && !ws) return undefined;
    return this.#origins.has(lower(origin) ?? 'none') ? undefined : 'ORIGIN_NOT_ALLOWED';
  }
}

function lower(name: string | undefined): string | undefined {
  return name?.toLowerCase();
}
