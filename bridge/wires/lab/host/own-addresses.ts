import { isLoopback } from '../../../address.ts';
import type { HostAddresses } from '../lab-messages.ts';

/** The address of every machine for itself: RFC 4291 §2.5.3. */
export const IPV6_LOOPBACK = '::1';

/** The host's own address on the wire, of the same version as another address. */
export function onWire({ ipv4, ipv6 }: HostAddresses, likeAddress: string): string {
  return likeAddress.includes(':') ? ipv6 : ipv4;
}

/**
 * Where a connection goes on the server's host: to the address that the client dialled if the server listens there, else to
 * another of the host on which it does. A server on 127.0.0.1 is reached from the other host so, and one on the host's own
 * address by a client that dials 127.0.0.1, as if both were on one machine.
 * @param listens whether a program listens on this address, or on all addresses
 */
export function whereServerListens(
  dialled: string,
  addresses: HostAddresses,
  loopback: string,
  listens: (address: string) => boolean,
): string {
  const others = dialled.includes(':') ? [addresses.ipv6, IPV6_LOOPBACK] : [addresses.ipv4, loopback];
  return [dialled, ...others].find(listens) ?? dialled;
}

/** What a client's own address is on the wire. A program may have bound its socket to a loopback address. */
export function clientOnWire(source: string, addresses: HostAddresses): string {
  return isLoopback(source) ? onWire(addresses, source) : source;
}
