import type { AddressInfo, Socket } from 'node:net';

/** What Node's core asks the kernel by; it fills the object that it is given, or returns an error number. */
interface Handle {
  getpeername?(into: Partial<AddressInfo>): number;
}

/** The other end of a socket, empty where the kernel does not know it any more: it may have reset already. */
export function peerOf(socket: Socket): string {
  // Not socket.remoteAddress: that leaves its answer behind in the socket, for the server to see.
  const handle = (socket as unknown as { _handle?: Handle | null })._handle;
  const peer: Partial<AddressInfo> = {};
  handle?.getpeername?.(peer);
  return peer.address === undefined || peer.port === undefined ? '' : formatAddress(peer.address, peer.port);
}

/** `host:port` with brackets around an IPv6 host (RFC 3986 §3.2.2); only such a host has a colon in it. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
