import type { CaptureRecord } from '../../packet/capture-file/pcap-reader.ts';
import { ipPacketIn } from '../../packet/link-layer.ts';
import { decodeTcpPacket, type TcpPacket } from '../../packet/packet.ts';

/** The TCP packet that tcpdump has captured; undefined if it cannot be read as one: then it belongs to no connection. */
export function capturedPacket({ linkType, bytes }: CaptureRecord): TcpPacket | undefined {
  try {
    const ip = ipPacketIn(linkType, bytes);
    return ip && decodeTcpPacket(ip);
  } catch {
    return undefined;
  }
}
