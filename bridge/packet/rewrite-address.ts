import { setUint16, uint16 } from './bytes.ts';
import { updateChecksumAt } from './checksum.ts';
import { parseIpv4 } from './ipv4.ts';
import { PacketError } from './packet-error.ts';

const SOURCE = 12;
const DESTINATION = 16;
const IP_CHECKSUM = 10;
const TCP = 6;
const UDP = 17;

/**
 * Writes other addresses into an IPv4 packet, **in place**, and brings the checksums that cover them up to date: of the
 * IP header, and of TCP and UDP (RFC 1624). A checksum that did not hold does not hold afterwards either.
 * Answers the same packet.
 * @param addresses dotted; what is not given stays
 * @throws PacketError TRUNCATED, NOT_IPV4, BAD_HEADER_LENGTH, BAD_ADDRESS; the packet is then as it was
 */
export function rewriteAddress(packet: Uint8Array, addresses: { source?: string; destination?: string }): Uint8Array {
  const checksum = transportChecksumAt(packet);
  const source = addresses.source === undefined ? undefined : parseIpv4(addresses.source);
  const destination = addresses.destination === undefined ? undefined : parseIpv4(addresses.destination);
  if (source) rewriteAt(packet, SOURCE, source, checksum);
  if (destination) rewriteAt(packet, DESTINATION, destination, checksum);
  return packet;
}

function rewriteAt(packet: Uint8Array, at: number, address: Uint8Array, checksum: number | undefined): void {
  const before = packet.slice(at, at + 4);
  updateChecksumAt(packet, IP_CHECKSUM, before, address);
  if (checksum !== undefined) {
    updateChecksumAt(packet, checksum, before, address);
    // For UDP a checksum of zero would say that there is none: RFC 768.
    if (packet[9] === UDP && uint16(packet, checksum) === 0) setUint16(packet, checksum, 0xffff);
  }
  packet.set(address, at);
}

/** Where the checksum with the pseudo-header stands; nothing in other protocols, later fragments, or UDP without one. */
function transportChecksumAt(packet: Uint8Array): number | undefined {
  if (packet.length === 0) throw new PacketError('TRUNCATED', 'no bytes');
  if (packet[0]! >> 4 !== 4) throw new PacketError('NOT_IPV4', `IP version ${packet[0]! >> 4}, not 4`);
  const headerLength = (packet[0]! & 0x0f) * 4;
  if (headerLength < 20) throw new PacketError('BAD_HEADER_LENGTH', `IPv4 header of ${headerLength} bytes`);
  if (packet.length < headerLength) throw new PacketError('TRUNCATED', `${packet.length} bytes of an IPv4 header`);
  const protocol = packet[9];
  if ((protocol !== TCP && protocol !== UDP) || (uint16(packet, 6) & 0x1fff) !== 0) return undefined;
  const at = headerLength + (protocol === TCP ? 16 : 6);
  if (at + 2 > packet.length) return undefined;
  return protocol === UDP && uint16(packet, at) === 0 ? undefined : at;
}
