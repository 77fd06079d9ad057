import { isIPv6, type AddressInfo, type Socket } from 'node:net';

/** What Node's core asks the kernel by; each fills the object that it is given, or returns an error number. */
interface Handle {
  getpeername?(into: Partial<AddressInfo>): number;
  getsockname?(into: Partial<AddressInfo>): number;
}

/** Both ends of a socket, each empty where the kernel does not know it any more: the peer may have reset already. */
export function endsOf(socket: Socket): { peer: string; local: string } {
  // Not socket.remoteAddress: that leaves its answer behind in the socket, for the server to see.
  const handle = (socket as unknown as { _handle?: Handle | null })._handle;
  const peer: Partial<AddressInfo> = {};
  const local: Partial<AddressInfo> = {};
  handle?.getpeername?.(peer);
  handle?.getsockname?.(local);
  return { peer: formatAddress(peer.address, peer.port), local: formatAddress(local.address, local.port) };
}

/** `host:port` with brackets around an IPv6 host (RFC 3986 §3.2.2); empty where there is none. */
export function formatAddress(host: string | undefined, port: number | undefined): string {
  if (host === undefined || port === undefined) return '';
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
