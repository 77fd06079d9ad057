import type { Flag } from '../trace/step.ts';
import { uint16, uint32 } from './bytes.ts';
import { PacketError } from './packet-error.ts';
import { decodeTcpOptions, type TcpOption } from './tcp-options.ts';

/** RFC 9293 §3.1. Lengths are in bytes. */
export interface TcpSegment {
  sourcePort: number;
  destinationPort: number;
  /** As on the wire: unsigned, 32 bits. */
  seq: number;
  /** Whatever stands in the field, also where ACK is not set. */
  ack: number;
  headerLength: number;
  /** The four bits before CWR: three reserved ones, then AE, the fourth for accurate ECN (RFC 9768). */
  reserved: number;
  flags: Flag[];
  /** As on the wire, not scaled. */
  window: number;
  checksum: number;
  urgentPointer: number;
  options: TcpOption[];
  /** What was captured of the data: a view of the bytes given. */
  payload: Uint8Array;
  /** How much data there was on the wire: more than `payload.length` where the capture was cut short. */
  payloadLength: number;
}

const MINIMUM_HEADER = 20;

/** The order in which flags are told: first what a segment is about, then what it carries along. */
const FLAGS: readonly (readonly [number, Flag])[] = [
  [0x02, 'SYN'],
  [0x01, 'FIN'],
  [0x04, 'RST'],
  [0x08, 'PSH'],
  [0x10, 'ACK'],
  [0x20, 'URG'],
  [0x40, 'ECE'],
  [0x80, 'CWR'],
];

/**
 * Reads a TCP segment, also one of which only the beginning was captured.
 * @param bytes what was captured of it
 * @param segmentLength how long it was on the wire, header and data
 * @throws PacketError TRUNCATED, BAD_HEADER_LENGTH
 */
export function decodeTcp(bytes: Uint8Array, segmentLength: number = bytes.length): TcpSegment {
  if (Math.min(bytes.length, segmentLength) < MINIMUM_HEADER)
    throw new PacketError('TRUNCATED', `${bytes.length} bytes of a TCP header`);
  const headerLength = (bytes[12]! >> 4) * 4;
  if (headerLength < MINIMUM_HEADER || headerLength > segmentLength)
    throw new PacketError('BAD_HEADER_LENGTH', `TCP header of ${headerLength} bytes in a segment of ${segmentLength}`);
  return {
    sourcePort: uint16(bytes, 0),
    destinationPort: uint16(bytes, 2),
    seq: uint32(bytes, 4),
    ack: uint32(bytes, 8),
    headerLength,
    reserved: bytes[12]! & 0x0f,
    flags: flagsOf(bytes[13]!),
    window: uint16(bytes, 14),
    checksum: uint16(bytes, 16),
    urgentPointer: uint16(bytes, 18),
    options: decodeTcpOptions(bytes.subarray(MINIMUM_HEADER, headerLength)),
    payload: bytes.subarray(headerLength, segmentLength),
    payloadLength: segmentLength - headerLength,
  };
}

function flagsOf(bits: number): Flag[] {
  const flags: Flag[] = [];
  for (const [bit, flag] of FLAGS) if (bits & bit) flags.push(flag);
  return flags;
}
