import { uint16 } from '../../../packet/bytes.ts';
import { ipv4Text } from '../../../packet/ipv4.ts';
import { ipv6Text } from '../../../packet/ipv6.ts';
import { PROTOCOL_TCP } from '../../../packet/packet.ts';

/** What a host needs of each packet. Decoding the whole packet would take several times as long. */
export interface PacketHeader {
  version: 4 | 6;
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  /** A SYN without ACK: a connection begins. */
  opens: boolean;
}

const SYN = 0x02;
const ACK = 0x10;
const TCP_HEADER = 20;
const IPV6_HEADER = 40;

/**
 * @returns nothing for a packet that is not IP with a whole TCP header (RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1), nor for
 *   one with IPv6 extension headers: a kernel puts none before TCP
 */
export function packetHeader(packet: Uint8Array): PacketHeader | undefined {
  switch (packet[0]! >> 4) {
    case 4:
      return ofIpv4(packet);
    case 6:
      return ofIpv6(packet);
    default:
      return undefined;
  }
}

function ofIpv4(packet: Uint8Array): PacketHeader | undefined {
  const start = (packet[0]! & 0x0f) * 4;
  if (packet[9] !== PROTOCOL_TCP || start < 20 || packet.length < start + TCP_HEADER) return undefined;
  const isLaterFragment = (uint16(packet, 6) & 0x1fff) !== 0;
  if (isLaterFragment) return undefined;
  return { version: 4, source: ipv4Text(packet, 12), destination: ipv4Text(packet, 16), ...ofTcp(packet, start) };
}

function ofIpv6(packet: Uint8Array): PacketHeader | undefined {
  if (packet[6] !== PROTOCOL_TCP || packet.length < IPV6_HEADER + TCP_HEADER) return undefined;
  const source = ipv6Text(packet.subarray(8, 24));
  const destination = ipv6Text(packet.subarray(24, 40));
  return { version: 6, source, destination, ...ofTcp(packet, IPV6_HEADER) };
}

function ofTcp(packet: Uint8Array, start: number): Pick<PacketHeader, 'sourcePort' | 'destinationPort' | 'opens'> {
  return {
    sourcePort: uint16(packet, start),
    destinationPort: uint16(packet, start + 2),
    opens: (packet[start + 13]! & (SYN | ACK)) === SYN,
  };
}
