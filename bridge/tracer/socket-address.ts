/** From linux/socket.h. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** The `host:port` in a struct sockaddr_in or sockaddr_in6, an IPv6 host in brackets; nothing for other families. */
export function socketAddress(bytes: Buffer): string | undefined {
  const family = bytes.length < 2 ? undefined : bytes.readUInt16LE(0);
  if (family === AF_INET && bytes.length >= 8) return `${bytes.subarray(4, 8).join('.')}:${bytes.readUInt16BE(2)}`;
  if (family === AF_INET6 && bytes.length >= 24) return sixOrMapped(bytes.subarray(8, 24), bytes.readUInt16BE(2));
  return undefined;
}

/** An IPv4 address in an IPv6 socket (RFC 4291 §2.5.5.2) is written as the IPv4 address that it is. */
function sixOrMapped(address: Buffer, port: number): string {
  const mapped = address.subarray(0, 10).every((byte) => byte === 0) && address.readUInt16BE(10) === 0xffff;
  if (mapped) return `${address.subarray(12).join('.')}:${port}`;
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(2 * index).toString(16));
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${port}`;
}
