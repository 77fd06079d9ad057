import { uint16, uint32 } from './bytes.ts';
import { ipv4Text, parseIpv4 } from './ipv4.ts';
import { PacketError } from './packet-error.ts';

/** The fields of RFC 8200 §3. Lengths and offsets are in bytes. */
export interface Ipv6Packet {
  version: 6;
  /** Includes the extension headers. */
  headerLength: number;
  trafficClass: number;
  flowLabel: number;
  totalLength: number;
  moreFragments: boolean;
  fragmentOffset: number;
  hopLimit: number;
  /** The protocol number of what follows the extension headers. 59 means nothing. */
  protocol: number;
  /** In the notation of RFC 5952: `fd00::1`. */
  source: string;
  destination: string;
  /** As in `Ipv4Packet`. */
  payload: Uint8Array;
  payloadLength: number;
}

const FIXED_HEADER = 40;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/**
 * Hop-by-hop, routing, destination options, mobility, HIP, shim6: the second byte counts units of 8 bytes after the
 * first.
 */
const COUNTED_IN_EIGHTS = new Set([0, 43, 60, 135, 139, 140]);

/**
 * Reads an IPv6 packet and its extension headers (RFC 8200 §4), even if only its beginning was captured.
 * @throws PacketError TRUNCATED, NOT_IPV6, BAD_HEADER_LENGTH
 */
export function decodeIpv6(bytes: Uint8Array): Ipv6Packet {
  if (bytes.length === 0) throw new PacketError('TRUNCATED', 'no bytes');
  if (bytes[0]! >> 4 !== 6) throw new PacketError('NOT_IPV6', `IP version ${bytes[0]! >> 4}, not 6`);
  if (bytes.length < FIXED_HEADER) throw new PacketError('TRUNCATED', `${bytes.length} bytes of an IPv6 header`);
  // The field is 0 in a jumbogram (RFC 2675), and in a packet that the network card is to cut.
  const length = uint16(bytes, 4);
  const totalLength = length === 0 ? bytes.length : FIXED_HEADER + length;
  const { headerLength, protocol, fragment } = walkExtensions(bytes, totalLength);
  return {
    version: 6,
    headerLength,
    trafficClass: (uint16(bytes, 0) >> 4) & 0xff,
    flowLabel: uint32(bytes, 0) & 0xfffff,
    totalLength,
    moreFragments: (fragment & 1) !== 0,
    fragmentOffset: fragment & 0xfff8,
    hopLimit: bytes[7]!,
    protocol,
    source: ipv6Text(bytes.subarray(8, 24)),
    destination: ipv6Text(bytes.subarray(24, 40)),
    payload: bytes.subarray(headerLength, totalLength),
    payloadLength: totalLength - headerLength,
  };
}

/** Each header is at least 8 bytes long, so the loop ends. */
function walkExtensions(
  bytes: Uint8Array,
  totalLength: number,
): { headerLength: number; protocol: number; fragment: number } {
  let headerLength = FIXED_HEADER;
  let protocol = bytes[6]!;
  let fragment = 0;
  // In a later fragment, bytes from the middle of the packet follow its header, not an extension header.
  while (fragment >> 3 === 0) {
    const counted = COUNTED_IN_EIGHTS.has(protocol);
    if (!counted && protocol !== FRAGMENT && protocol !== AUTHENTICATION) break;
    if (headerLength + 8 > totalLength) throw new PacketError('BAD_HEADER_LENGTH', 'an IPv6 extension header too many');
    if (headerLength + 8 > bytes.length)
      throw new PacketError('TRUNCATED', 'the capture ends within the IPv6 extension headers');
    if (protocol === FRAGMENT) fragment = uint16(bytes, headerLength + 2);
    const units = bytes[headerLength + 1]!;
    const next = bytes[headerLength]!;
    // An authentication header counts units of 4 bytes, minus two (RFC 4302 §2.2).
    headerLength += counted ? (units + 1) * 8 : protocol === AUTHENTICATION ? Math.max(8, (units + 2) * 4) : 8;
    protocol = next;
  }
  if (headerLength > totalLength) throw new PacketError('BAD_HEADER_LENGTH', 'an IPv6 extension header too long');
  if (headerLength > bytes.length)
    throw new PacketError('TRUNCATED', 'the capture ends within the IPv6 extension headers');
  return { headerLength, protocol, fragment };
}

/** Sixteen bytes in the notation of RFC 5952. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => uint16(bytes, 2 * index));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return `::ffff:${ipv4Text(bytes, 12)}`;
  const zeros = longestZeros(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return zeros.length < 2 ? text(0, 8) : `${text(0, zeros.start)}::${text(zeros.start + zeros.length, 8)}`;
}

/** The first of the longest runs of zeros (RFC 5952 §4.2). */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: index + 1 - length, length };
  });
  return longest;
}

/**
 * The sixteen bytes of an address in the notation of RFC 4291 §2.2: `fd00::1`, `::ffff:10.77.0.1`.
 * @throws PacketError BAD_ADDRESS
 */
export function parseIpv6(text: string): Uint8Array {
  const [head, tail, ...more] = text.replace(DOTTED_END, (dotted) => groupsOfIpv4(dotted).join(':')).split('::');
  const left = groupsIn(head);
  const right = groupsIn(tail);
  const missing = 8 - left.length - right.length;
  // The two colons stand for at least one group of zeros.
  const fits = tail === undefined ? missing === 0 : missing > 0;
  const groups = fits ? [...left, ...Array<string>(missing).fill('0'), ...right] : [];
  if (!fits || more.length > 0 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)))
    throw new PacketError('BAD_ADDRESS', `not an IPv6 address: ${text}`);
  return new Uint8Array(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

const DOTTED_END = /[\d.]*\.[\d.]*$/;

function groupsIn(half: string | undefined): string[] {
  return half === undefined || half === '' ? [] : half.split(':');
}

function groupsOfIpv4(dotted: string): string[] {
  const [a, b, c, d] = parseIpv4(dotted);
  return [(a! << 8) | b!, (c! << 8) | d!].map((group) => group.toString(16));
}
