import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { BridgeError } from './errors.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

export interface Address {
  /** To dial: an IP literal, as a name could be dialled at several addresses, each with a SYN of its own. */
  host: string;
  port: number;
}

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT`.
 * @param lowest the smallest port allowed: 0 where the kernel may choose
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
 * @throws BridgeError `BAD_OPTION` for a name that nobody knows
 */
export async function resolveAddress({ host, port }: Address): Promise<Address> {
  if (isIP(host)) return { host, port };
  try {
    const { address } = await lookup(host, { order: 'ipv4first' });
    return { host: address, port };
  } catch (cause) {
    throw new BridgeError('BAD_OPTION', `The host "${host}" is not known here.`, { cause });
  }
}

/** Whether only this machine reaches what listens there; also for `::ffff:127.0.0.1`. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
