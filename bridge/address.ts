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
