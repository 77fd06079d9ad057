import type { Address } from '../address.ts';
import type { Limits } from '../protocol/limits.ts';

/** Who may use the bridge, as the operator has set it. */
export interface AccessSettings {
  /** Where the page is served. */
  http: Address;
  /** Origins allowed besides the bridge's own; `none` lets a request without an Origin pass. */
  allowOrigins: string[];
  /** Hosts (`host:port`) allowed besides the bridge's own. */
  allowHosts: string[];
  /** Whether pages may start and stop the server program; by default only if no other machine reaches the bridge. */
  allowControl?: boolean;
  /** The token that every request needs; if absent, a random one is needed if other machines reach the bridge. */
  token?: string;
  /** Whether a random token is needed even if only this machine reaches the bridge. */
  alwaysToken?: boolean;
  /** IP addresses of proxies in front, which name their clients; with one, other machines reach the bridge. */
  trustedProxies?: string[];
  /** Limits that replace the defaults. */
  limits?: Partial<Limits>;
}
