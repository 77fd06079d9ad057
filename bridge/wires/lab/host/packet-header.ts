import { uint16 } from '../../../packet/bytes.ts';
import { ipv4Text } from '../../../packet/ipv4.ts';
import { PROTOCOL_TCP } from '../../../packet/packet.ts';

/** What a host needs of each packet. Decoding the whole packet would take several times as long. */
export interface PacketHeader {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  /** A SYN without ACK: a connection begins. */
  opens: boolean;
}

const SYN = 0x02;
const ACK = 0x10;

/** @returns nothing for a packet that is not IPv4 with a whole TCP header (RFC 791 §3.1, RFC 9293 §3.1) */
export function packetHeader(packet: Uint8Array): PacketHeader | undefined {
  const start = (packet[0]! & 0x0f) * 4;
  if (packet[0]! >> 4 !== 4 || packet[9] !== PROTOCOL_TCP || start < 20 || packet.length < start + 20) return undefined;
  const isLaterFragment = (uint16(packet, 6) & 0x1fff) !== 0;
  if (isLaterFragment) return undefined;
  return {
    source: ipv4Text(packet, 12),
    destination: ipv4Text(packet, 16),
    sourcePort: uint16(packet, start),
    destinationPort: uint16(packet, start + 2),
    opens: (packet[start + 13]! & (SYN | ACK)) === SYN,
  };
}
