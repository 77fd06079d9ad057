import { setUint16, uint16 } from './bytes.ts';
import { updateChecksumAt } from './checksum.ts';
import { parseIpv4 } from './ipv4.ts';
import { parseIpv6 } from './ipv6.ts';
import { decodeIp, PROTOCOL_TCP, type IpPacket } from './packet.ts';

const PROTOCOL_UDP = 17;
const PROTOCOL_ICMPV6 = 58;

/** Where a header has its addresses. */
const PLACES = {
  4: { source: 12, destination: 16, parse: parseIpv4 },
  6: { source: 8, destination: 24, parse: parseIpv6 },
} as const;
const IPV4_CHECKSUM = 10;

/**
 * Returns a copy of an IP packet with other addresses. It updates the checksums that cover the addresses: that of an IPv4
 * header, and that of TCP, UDP or ICMPv6, which covers the pseudo-header (RFC 1624, RFC 8200 §8.1). A checksum that was
 * wrong stays wrong.
 * @param addresses as text, of the packet's own version; an address that is not given stays the same
 * @throws PacketError BAD_ADDRESS, and the errors of `decodeIp`
 */
export function rewriteAddress(packet: Uint8Array, addresses: { source?: string; destination?: string }): Uint8Array {
  const ip = decodeIp(packet);
  const { parse, ...places } = PLACES[ip.version];
  const changes = (['source', 'destination'] as const).flatMap((end) => {
    const address = addresses[end];
    return address === undefined ? [] : [{ at: places[end], after: parse(address) }];
  });
  const checksum = transportChecksumAt(packet, ip);
  // Not by slice(): of a Buffer, that is a view.
  const copy = new Uint8Array(packet);
  for (const { at, after } of changes) {
    const before = packet.slice(at, at + after.length);
    if (ip.version === 4) updateChecksumAt(copy, IPV4_CHECKSUM, before, after);
    if (checksum !== undefined) updateChecksumAt(copy, checksum, before, after);
    copy.set(after, at);
  }
  // In UDP a checksum of zero means that there is none (RFC 768).
  if (checksum !== undefined && ip.protocol === PROTOCOL_UDP && uint16(copy, checksum) === 0)
    setUint16(copy, checksum, 0xffff);
  return copy;
}

/** Where the checksum is in a transport header, if it covers the addresses. */
function checksumPlace({ version, protocol }: IpPacket): number | undefined {
  if (protocol === PROTOCOL_TCP) return 16;
  if (protocol === PROTOCOL_UDP) return 6;
  return version === 6 && protocol === PROTOCOL_ICMPV6 ? 2 : undefined;
}

/** The offset of that checksum in the packet; undefined in later fragments too, and in UDP without one. */
function transportChecksumAt(packet: Uint8Array, ip: IpPacket): number | undefined {
  const place = checksumPlace(ip);
  if (place === undefined || ip.fragmentOffset > 0) return undefined;
  const at = ip.headerLength + place;
  if (at + 2 > packet.length) return undefined;
  return ip.protocol === PROTOCOL_UDP && uint16(packet, at) === 0 ? undefined : at;
}
