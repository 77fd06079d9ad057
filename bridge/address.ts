import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { BridgeError } from './errors.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

export interface Address {
  /** An IP literal, if it is to be dialled: Node may dial every address of a name, each with a SYN of its own. */
  host: string;
  port: number;
}

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT`.
 * @param lowest the smallest port allowed: 0 if the kernel may choose
 * @throws BridgeError `BAD_OPTION`
 */
export function parseAddress(text: string, lowest: 0 | 1 = 1): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < lowest || port > 65535)
    throw new BridgeError('BAD_OPTION', `"${text}" is not HOST:PORT with a port from ${lowest} to 65535.`);
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

/** `host:port`, an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function formatAddress({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The address with its name looked up, IPv4 first: each run then dials exactly one address.
 * @throws BridgeError `BAD_OPTION` for a name that cannot be resolved
 */
export async function resolveAddress({ host, port }: Address): Promise<Address> {
  if (isIP(host)) return { host, port };
  try {
    const { address } = await lookup(host, { order: 'ipv4first' });
    return { host: address, port };
  } catch (cause) {
    throw new BridgeError('BAD_OPTION', `The host name "${host}" cannot be resolved.`, { cause });
  }
}

/** Whether only this machine reaches a server on this host. `::ffff:127.0.0.1` is such a host too. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether a connection to one of these IP addresses reaches a socket that is bound to `bound`. A socket bound to `::` is
 * taken to accept IPv4 too: it does, unless its program asked for IPv6 only.
 */
export function reaches(hosts: readonly string[], bound: string): boolean {
  if (bound === '::') return true;
  return hosts.some((host) => (bound === '0.0.0.0' ? isIP(host) === 4 : canonical(host) === canonical(bound)));
}

/** One spelling for each IPv6 address. A connection to "any address" goes to the loopback address. */
function canonical(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (isIP(host) !== 6 || !URL.canParse(`http://[${host}]`)) return host;
  const { hostname } = new URL(`http://[${host}]`);
  return hostname === '[::]' ? '::1' : hostname.slice(1, -1);
}
