import { RECORD_LIMIT } from './pcap-reader.ts';

export interface PacketToWrite {
  /** Nanoseconds since 1970, UTC. */
  at: bigint;
  /** The packet from its IP header on. */
  bytes: Uint8Array;
  /** Its length on the wire, if `bytes` is only its beginning. */
  originalLength?: number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Each packet begins with its IP header, of version 4 or 6. */
const LINKTYPE_RAW = 101;

/**
 * A classic pcap file (draft-ietf-opsawg-pcap) with these packets in the given order, little-endian, in nanoseconds.
 */
export function pcapFile(packets: readonly PacketToWrite[]): Uint8Array {
  const size = packets.reduce((sum, { bytes }) => sum + RECORD_HEADER + bytes.length, FILE_HEADER);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, RECORD_LIMIT, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  let at = FILE_HEADER;
  for (const packet of packets) {
    writeRecordHeader(view, at, packet);
    file.set(packet.bytes, at + RECORD_HEADER);
    at += RECORD_HEADER + packet.bytes.length;
  }
  return file;
}

function writeRecordHeader(view: DataView, at: number, packet: PacketToWrite): void {
  const { bytes, originalLength = bytes.length } = packet;
  view.setUint32(at, Number(packet.at / 1_000_000_000n), true);
  view.setUint32(at + 4, Number(packet.at % 1_000_000_000n), true);
  view.setUint32(at + 8, bytes.length, true);
  view.setUint32(at + 12, originalLength, true);
}
