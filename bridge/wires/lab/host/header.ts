/** What a host needs of each packet, without decoding all of it. */
export interface Header {
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  /** A SYN without ACK: a connection begins. */
  opens: boolean;
}

const TCP = 6;
const SYN = 0x02;
const ACK = 0x10;

/** Nothing for a packet that is not IPv4 with a whole TCP header in it (RFC 791 §3.1, RFC 9293 §3.1). */
export function headerOf(packet: Uint8Array): Header | undefined {
  const start = (packet[0]! & 0x0f) * 4;
  if (packet[0]! >> 4 !== 4 || packet[9] !== TCP || start < 20 || packet.length < start + 20) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  if ((view.getUint16(6) & 0x1fff) !== 0) return undefined;
  return {
    source: packet.subarray(12, 16).join('.'),
    destination: packet.subarray(16, 20).join('.'),
    sourcePort: view.getUint16(start),
    destinationPort: view.getUint16(start + 2),
    opens: (packet[start + 13]! & (SYN | ACK)) === SYN,
  };
}
