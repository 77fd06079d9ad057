import { isIPv6 } from 'node:net';

/** `host:port` with brackets around an IPv6 host (RFC 3986 §3.2.2); empty where the kernel does not know it any more. */
export function formatAddress(host: string | undefined, port: number | undefined): string {
  if (host === undefined || port === undefined) return '';
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
