import type { AddressInfo, Socket } from 'node:net';

/** The inner object by which Node asks the kernel. It fills the given object, or returns an error number. */
interface Handle {
  getpeername?(into: Partial<AddressInfo>): number;
}

/** The other end of a socket; empty if the kernel does not know it any more, because it has reset the connection. */
export function peerOf(socket: Socket): string {
  // Not socket.remoteAddress: that stores its result in the socket, where the server could see it.
  const handle = (socket as unknown as { _handle?: Handle | null })._handle;
  const peer: Partial<AddressInfo> = {};
  handle?.getpeername?.(peer);
  return peer.address === undefined || peer.port === undefined ? '' : formatAddress(peer.address, peer.port);
}

/** `host:port`, with brackets around an IPv6 host (RFC 3986 §3.2.2): only such a host contains a colon. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
