import type { Flag } from '../trace/step.ts';
import { uint16, uint32 } from './bytes.ts';
import { PacketError } from './packet-error.ts';
import { decodeTcpOptions, type TcpOption } from './tcp-options.ts';

/** The fields of RFC 9293 §3.1. Lengths are in bytes. */
export interface TcpSegment {
  sourcePort: number;
  destinationPort: number;
  /** The raw number: unsigned, 32 bits. */
  seq: number;
  /** The field's value, even if ACK is not set. */
  ack: number;
  headerLength: number;
  /** The four bits before CWR: three reserved ones, then AE, the fourth for accurate ECN (RFC 9768). */
  reserved: number;
  flags: Flag[];
  /** The raw value, not scaled. */
  window: number;
  checksum: number;
  urgentPointer: number;
  options: TcpOption[];
  /** The captured part of the data: a view of the given bytes. */
  payload: Uint8Array;
  /** The length of the data on the wire: more than `payload.length` if the capture was cut short. */
  payloadLength: number;
}

const MINIMUM_HEADER = 20;

/** Flags in the order of display: first those that give the segment its purpose. */
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
 * Reads a TCP segment, even if only its beginning was captured.
 * @param bytes the captured part
 * @param segmentLength its length on the wire, header and data
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
