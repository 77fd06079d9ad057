import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatAddress, isLoopback } from '../address.ts';
import type { Config } from '../config.ts';

/**
 * Who may speak to the bridge. A foreign page sends its own Origin; a rebound DNS name sends Origin and Host alike, both
 * foreign: so each is held against an exact list.
 */
export class AllowList {
  readonly #config: Pick<Config, 'http' | 'allowHosts' | 'allowOrigins'>;
  #hosts: ReadonlySet<string> = new Set();
  #origins: ReadonlySet<string> = new Set();

  constructor(config: Pick<Config, 'http' | 'allowHosts' | 'allowOrigins'>) {
    this.#config = config;
  }

  /** The port is known only when the server listens, where 0 was asked for. */
  listensOn(port: number): void {
    const { http, allowHosts, allowOrigins } = this.#config;
    const asked = http.host.toLowerCase();
    const names = isLoopback(asked) ? [asked, 'localhost', '127.0.0.1', '::1'] : [asked];
    const own = names.map((host) => formatAddress({ host, port }));
    // A browser leaves the standard port out.
    if (port === 80) own.push(...own.map((host) => host.slice(0, -':80'.length)));
    this.#hosts = new Set([...own, ...allowHosts]);
    this.#origins = new Set([...own.map((host) => `http://${host}`), ...allowOrigins]);
  }

  async checkHost(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (this.#hosts.has(request.headers.host?.toLowerCase() ?? '')) return;
    return reply
      .code(403)
      .send({ code: 'HOST_NOT_ALLOWED', message: 'This host name is not on the list: see --allow-host.' });
  }

  async checkOrigin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (this.#origins.has(request.headers.origin?.toLowerCase() ?? 'none')) return;
    return reply
      .code(403)
      .send({ code: 'ORIGIN_NOT_ALLOWED', message: 'This origin is not on the list: see --allow-origin.' });
  }
}
