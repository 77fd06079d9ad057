/**
 * Decodes packets: bytes in, plain objects out. Decoders take any bytes, also packets whose end was not captured, and
 * throw nothing but a PacketError. This room is pure: it never changes what it is given. It must not know sources,
 * sockets or the page, and of the trace only the shape of a step.
 *
 *     frame ─ link-layer ─▶ IP packet ─ ipv4, ipv6 ─▶ payload ─ tcp, tcp-options ─▶ TcpPacket ─ flow/ ─▶ Segment
 *     capture-file/: frames in and out of files
 */

import { toHex } from './bytes.ts';
import { decodeIpv4, type Ipv4Packet } from './ipv4.ts';
import { decodeIpv6, type Ipv6Packet } from './ipv6.ts';
import { PacketError } from './packet-error.ts';
import { decodeTcp, type TcpSegment } from './tcp.ts';

export type IpPacket = Ipv4Packet | Ipv6Packet;

export interface TcpPacket {
  ip: IpPacket;
  tcp: TcpSegment;
  /** The IP and TCP headers in hex, as in a trace. */
  header: string;
}

/** The protocol number of TCP in an IP header. */
export const PROTOCOL_TCP = 6;

/**
 * Reads an IP packet of either version.
 * @throws PacketError NOT_IP, and the errors of `decodeIpv4` and `decodeIpv6`
 */
export function decodeIp(bytes: Uint8Array): IpPacket {
  if (bytes.length === 0) throw new PacketError('TRUNCATED', 'no bytes');
  const version = bytes[0]! >> 4;
  if (version === 4) return decodeIpv4(bytes);
  if (version === 6) return decodeIpv6(bytes);
  throw new PacketError('NOT_IP', `IP version ${version}`);
}

/**
 * Reads an IP packet that carries a TCP segment.
 * @throws PacketError NOT_TCP; FRAGMENT for a later fragment, which has no TCP header; the decoders' own
 */
export function decodeTcpPacket(bytes: Uint8Array): TcpPacket {
  const ip = decodeIp(bytes);
  if (ip.protocol !== PROTOCOL_TCP) throw new PacketError('NOT_TCP', `IP protocol ${ip.protocol}`);
  if (ip.fragmentOffset > 0) throw new PacketError('FRAGMENT', `a fragment from byte ${ip.fragmentOffset} on`);
  const tcp = decodeTcp(ip.payload, ip.payloadLength);
  return { ip, tcp, header: toHex(bytes.subarray(0, ip.headerLength + tcp.headerLength)) };
}
