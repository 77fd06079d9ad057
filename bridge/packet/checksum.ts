import { setUint16, uint16 } from './bytes.ts';
import type { IpPacket } from './packet.ts';

/**
 * The ones' complement sum of RFC 1071, not yet complemented: 16 bits. An odd last byte counts as if a zero followed.
 * @param from the sum of the bytes before these, an even number of them
 */
export function onesSum(bytes: Uint8Array, from = 0): number {
  let sum = from;
  const even = bytes.length & ~1;
  // A double holds the sum of 2³⁷ words exactly: carries may wait to the end.
  for (let at = 0; at < even; at += 2) sum += uint16(bytes, at);
  if (even < bytes.length) sum += bytes[even]! << 8;
  while (sum > 0xffff) sum = Math.floor(sum / 0x10000) + (sum % 0x10000);
  return sum;
}

/** The Internet checksum of RFC 1071. The checksum's own field in the bytes must be zero. */
export function internetChecksum(bytes: Uint8Array, from = 0): number {
  return ~onesSum(bytes, from) & 0xffff;
}

/** Whether the checksum of an IPv4 header is right. @param packet at least the whole header */
export function ipv4HeaderIsIntact(packet: Uint8Array): boolean {
  return onesSum(packet.subarray(0, (packet[0]! & 0x0f) * 4)) === 0xffff;
}

/**
 * Whether the checksum of the TCP segment in a packet is right (RFC 9293 §3.1, with the pseudo-header). Undefined if
 * the capture was cut short. A packet captured before a network card that computes checksums itself has a wrong one.
 * @param packet the bytes from which `ip` was decoded
 */
export function tcpIsIntact(packet: Uint8Array, ip: IpPacket): boolean | undefined {
  if (ip.payload.length < ip.payloadLength) return undefined;
  return onesSum(ip.payload, pseudoHeaderSum(packet, ip)) === 0xffff;
}

/**
 * The ones' complement sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
 * @param packet the bytes from which `ip` was decoded
 */
export function pseudoHeaderSum(
  packet: Uint8Array,
  ip: Pick<IpPacket, 'version' | 'protocol' | 'payloadLength'>,
): number {
  const addresses = ip.version === 4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  return onesSum(addresses, ip.protocol + ip.payloadLength);
}

/** The checksum after one of the words it covers has changed (RFC 1624, equation 3). A wrong checksum stays wrong. */
export function updateChecksum(checksum: number, before: number, after: number): number {
  let sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
}

/** Updates the checksum at an offset, word by word. @param before,after of the same even length */
export function updateChecksumAt(packet: Uint8Array, at: number, before: Uint8Array, after: Uint8Array): void {
  let checksum = uint16(packet, at);
  for (let word = 0; word < before.length; word += 2)
    checksum = updateChecksum(checksum, uint16(before, word), uint16(after, word));
  setUint16(packet, at, checksum);
}
