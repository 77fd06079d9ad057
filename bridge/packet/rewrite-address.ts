import { setUint16, uint16 } from './bytes.ts';
import { updateChecksumAt } from './checksum.ts';
import { parseIpv4 } from './ipv4.ts';
import { PROTOCOL_TCP } from './packet.ts';
import { PacketError } from './packet-error.ts';

const SOURCE = 12;
const DESTINATION = 16;
const IP_CHECKSUM = 10;
const PROTOCOL_UDP = 17;

/**
 * Returns a copy of an IPv4 packet with other addresses. It updates the checksums that cover the addresses, in the IP
 * header and in TCP or UDP (RFC 1624). A checksum that was wrong stays wrong.
 * @param addresses dotted; an address that is not given stays the same
 * @throws PacketError TRUNCATED, NOT_IPV4, BAD_HEADER_LENGTH, BAD_ADDRESS
 */
export function rewriteAddress(packet: Uint8Array, addresses: { source?: string; destination?: string }): Uint8Array {
  const checksum = transportChecksumAt(packet);
  const source = addresses.source === undefined ? undefined : parseIpv4(addresses.source);
  const destination = addresses.destination === undefined ? undefined : parseIpv4(addresses.destination);
  // Not by slice(): of a Buffer, that is a view.
  const copy = new Uint8Array(packet);
  if (source) setAddress(copy, SOURCE, source, checksum);
  if (destination) setAddress(copy, DESTINATION, destination, checksum);
  return copy;
}

function setAddress(packet: Uint8Array, at: number, address: Uint8Array, checksum: number | undefined): void {
  const before = packet.slice(at, at + 4);
  updateChecksumAt(packet, IP_CHECKSUM, before, address);
  if (checksum !== undefined) {
    updateChecksumAt(packet, checksum, before, address);
    // In UDP a checksum of zero means that there is none (RFC 768).
    if (packet[9] === PROTOCOL_UDP && uint16(packet, checksum) === 0) setUint16(packet, checksum, 0xffff);
  }
  packet.set(address, at);
}

/** The offset of the TCP or UDP checksum; undefined in other protocols, in later fragments, and in UDP without one. */
function transportChecksumAt(packet: Uint8Array): number | undefined {
  if (packet.length === 0) throw new PacketError('TRUNCATED', 'no bytes');
  if (packet[0]! >> 4 !== 4) throw new PacketError('NOT_IPV4', `IP version ${packet[0]! >> 4}, not 4`);
  const headerLength = (packet[0]! & 0x0f) * 4;
  if (headerLength < 20) throw new PacketError('BAD_HEADER_LENGTH', `IPv4 header of ${headerLength} bytes`);
  if (packet.length < headerLength) throw new PacketError('TRUNCATED', `${packet.length} bytes of an IPv4 header`);
  const protocol = packet[9];
  if ((protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) || (uint16(packet, 6) & 0x1fff) !== 0) return undefined;
  const at = headerLength + (protocol === PROTOCOL_TCP ? 16 : 6);
  if (at + 2 > packet.length) return undefined;
  return protocol === PROTOCOL_UDP && uint16(packet, at) === 0 ? undefined : at;
}
