import type { Flag } from '../../../bridge/trace/step.ts';

/** Packets as bytes, made by the book and not by the code under test, with computed checksums. */

const BITS: Record<Flag, number> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 };

export interface TcpFields {
  sourcePort?: number;
  destinationPort?: number;
  seq?: number;
  ack?: number;
  flags?: readonly Flag[];
  reserved?: number;
  window?: number;
  urgentPointer?: number;
  /** Padded here to a multiple of four with the end of the list. */
  options?: Uint8Array;
  payload?: Uint8Array;
}

export interface IpFields {
  source?: readonly number[];
  destination?: readonly number[];
  protocol?: number;
  identification?: number;
  timeToLive?: number;
  /** Flags and fragment offset, as in the header. */
  fragment?: number;
  /** A multiple of four. */
  options?: Uint8Array;
}

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

/** RFC 1071, in the plainest way. */
export function checksumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

export function tcpBytes(fields: TcpFields): Uint8Array {
  const { options = new Uint8Array(), payload = new Uint8Array(), flags = ['ACK'] } = fields;
  const headerLength = 20 + Math.ceil(options.length / 4) * 4;
  const bytes = new Uint8Array(headerLength + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, fields.sourcePort ?? 40000);
  view.setUint16(2, fields.destinationPort ?? 65432);
  view.setUint32(4, fields.seq ?? 0);
  view.setUint32(8, fields.ack ?? 0);
  bytes[12] = ((headerLength / 4) << 4) | (fields.reserved ?? 0);
  bytes[13] = flags.reduce((bits, flag) => bits | BITS[flag], 0);
  view.setUint16(14, fields.window ?? 512);
  view.setUint16(18, fields.urgentPointer ?? 0);
  bytes.set(options, 20);
  bytes.set(payload, headerLength);
  return bytes;
}

/** The sum of the pseudo-header's bytes is the same with the longer fields of IPv6: RFC 8200 §8.1. */
function pseudoHeader(source: readonly number[], destination: readonly number[], protocol: number, length: number) {
  return [...source, ...destination, 0, protocol, length >> 8, length & 0xff];
}

const CHECKSUM_AT: Record<number, number> = { 6: 16, 17: 6, 58: 2 };

/** An IPv4 packet around a transport segment; the checksum of TCP or UDP is put in. */
export function ipv4Bytes(segment: Uint8Array, fields: IpFields = {}): Uint8Array {
  const { source = [10, 77, 0, 1], destination = [10, 77, 0, 2], protocol = 6, options = new Uint8Array() } = fields;
  const headerLength = 20 + options.length;
  const bytes = new Uint8Array(headerLength + segment.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x40 | (headerLength / 4);
  view.setUint16(2, bytes.length);
  view.setUint16(4, fields.identification ?? 0);
  view.setUint16(6, fields.fragment ?? 0x4000);
  bytes[8] = fields.timeToLive ?? 64;
  bytes[9] = protocol;
  bytes.set(source, 12);
  bytes.set(destination, 16);
  bytes.set(options, 20);
  view.setUint16(10, checksumOf(bytes.subarray(0, headerLength)));
  bytes.set(segment, headerLength);
  if (protocol !== 58) putChecksum(bytes, headerLength, pseudoHeader(source, destination, protocol, segment.length));
  return bytes;
}

/** An IPv6 packet around a transport segment; the checksum of TCP, UDP or ICMPv6 is put in. */
export function ipv6Bytes(
  segment: Uint8Array,
  fields: { source: Uint8Array; destination: Uint8Array; protocol?: number },
): Uint8Array {
  const { source, destination, protocol = 6 } = fields;
  const bytes = new Uint8Array(40 + segment.length);
  bytes.set([0x60, 0, 0, 0, segment.length >> 8, segment.length & 0xff, protocol, 64]);
  bytes.set(source, 8);
  bytes.set(destination, 24);
  bytes.set(segment, 40);
  putChecksum(bytes, 40, pseudoHeader([...source], [...destination], protocol, segment.length));
  return bytes;
}

function putChecksum(packet: Uint8Array, headerLength: number, pseudo: readonly number[]): void {
  const protocol = pseudo.at(-3)!;
  const at = CHECKSUM_AT[protocol];
  const segment = packet.subarray(headerLength);
  if (at === undefined || segment.length < at + 2) return;
  const sum = checksumOf(Uint8Array.from([...pseudo, ...segment]));
  new DataView(packet.buffer).setUint16(headerLength + at, sum === 0 && protocol === 17 ? 0xffff : sum);
}

export const tcpPacket = (tcp: TcpFields, ip: IpFields = {}): Uint8Array => ipv4Bytes(tcpBytes(tcp), ip);

/** Whether the checksums of an IP packet hold, and of the TCP, UDP or ICMPv6 in it. */
export function checksumsHold(packet: Uint8Array): boolean {
  if (packet[0]! >> 4 === 6) {
    const content = packet.subarray(40);
    const [source, destination] = [[...packet.subarray(8, 24)], [...packet.subarray(24, 40)]];
    const sixes = pseudoHeader(source, destination, packet[6]!, content.length);
    return checksumOf(Uint8Array.from([...sixes, ...content])) === 0;
  }
  const headerLength = (packet[0]! & 15) * 4;
  const segment = packet.subarray(headerLength);
  const pseudo = pseudoHeader([...packet.subarray(12, 16)], [...packet.subarray(16, 20)], packet[9]!, segment.length);
  return (
    checksumOf(packet.subarray(0, headerLength)) === 0 && checksumOf(Uint8Array.from([...pseudo, ...segment])) === 0
  );
}
