import { uint16 } from './bytes.ts';
import { PacketError } from './packet-error.ts';

/** The fields of RFC 791 §3.1. Lengths and offsets are in bytes. */
export interface Ipv4Packet {
  version: 4;
  headerLength: number;
  /** The type of service, now DSCP and ECN (RFC 2474, RFC 3168). */
  trafficClass: number;
  totalLength: number;
  identification: number;
  dontFragment: boolean;
  moreFragments: boolean;
  fragmentOffset: number;
  timeToLive: number;
  /** The protocol number of the payload. */
  protocol: number;
  checksum: number;
  /** Dotted, `10.77.0.1`. */
  source: string;
  destination: string;
  options: Uint8Array;
  /**
   * The captured part of the payload: a view of the given bytes, without padding that a link added after the packet.
   */
  payload: Uint8Array;
  /** The length of the payload on the wire: more than `payload.length` if the capture was cut short. */
  payloadLength: number;
}

const MINIMUM_HEADER = 20;

/**
 * Reads an IPv4 packet, even if only its beginning was captured.
 * @throws PacketError TRUNCATED, NOT_IPV4, BAD_HEADER_LENGTH, BAD_TOTAL_LENGTH
 */
export function decodeIpv4(bytes: Uint8Array): Ipv4Packet {
  if (bytes.length === 0) throw new PacketError('TRUNCATED', 'no bytes');
  if (bytes[0]! >> 4 !== 4) throw new PacketError('NOT_IPV4', `IP version ${bytes[0]! >> 4}, not 4`);
  if (bytes.length < MINIMUM_HEADER) throw new PacketError('TRUNCATED', `${bytes.length} bytes of an IPv4 header`);
  const headerLength = (bytes[0]! & 0x0f) * 4;
  if (headerLength < MINIMUM_HEADER) throw new PacketError('BAD_HEADER_LENGTH', `IPv4 header of ${headerLength} bytes`);
  // A kernel that lets the network card cut packets passes on packets that are too long for the field, which is then 0.
  const totalLength = uint16(bytes, 2) || bytes.length;
  if (totalLength < headerLength)
    throw new PacketError('BAD_TOTAL_LENGTH', `${totalLength} bytes in all, ${headerLength} of header`);
  if (bytes.length < headerLength) throw new PacketError('TRUNCATED', 'the capture ends within the IPv4 options');
  const fragment = uint16(bytes, 6);
  return {
    version: 4,
    headerLength,
    trafficClass: bytes[1]!,
    totalLength,
    identification: uint16(bytes, 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    timeToLive: bytes[8]!,
    protocol: bytes[9]!,
    checksum: uint16(bytes, 10),
    source: ipv4Text(bytes, 12),
    destination: ipv4Text(bytes, 16),
    options: bytes.subarray(MINIMUM_HEADER, headerLength),
    payload: bytes.subarray(headerLength, totalLength),
    payloadLength: totalLength - headerLength,
  };
}

/** The four bytes at an offset as `10.77.0.1`. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/**
 * The four bytes of `10.77.0.1`.
 * @throws PacketError BAD_ADDRESS
 */
export function parseIpv4(text: string): Uint8Array {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    throw new PacketError('BAD_ADDRESS', `not an IPv4 address: ${text}`);
  return new Uint8Array(parts.map(Number));
}
