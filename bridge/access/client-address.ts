import type { Socket } from 'node:net';

/** The address at the other end. An IPv4 address that came in over IPv6 is written as an IPv4 address. */
export function clientOf({ remoteAddress = '' }: Pick<Socket, 'remoteAddress'>): string {
  return remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
}
