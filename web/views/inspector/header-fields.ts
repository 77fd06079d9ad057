import type { Segment } from '../../../bridge/trace/step.ts';
import { bytesFromHex } from '../../reading/bytes.ts';
import { flagsText } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** One field of a packet: what it says, and which bytes say it. */
export interface HeaderField {
  layer: 'IP' | 'TCP';
  name: string;
  value: string;
  /** Of the packet's bytes, the first and the one after the last. */
  from: number;
  to: number;
}

const IPV6_HEADER = 40;
const MINIMUM = 20;

/**
 * The fields of a captured packet, in the order of RFC 9293 §3.1 and then of RFC 791 §3.1; none if its header cannot be
 * read. Values that the bridge has read already are taken from it. An IPv6 header is not divided into fields.
 * @param isRaw sequence numbers as on the wire, not relative
 */
export function headerFields(segment: Segment, language: Language, isRaw: boolean): HeaderField[] {
  const bytes = bytesFromHex(segment.header ?? '');
  const isIpv4 = bytes[0] !== undefined && bytes[0] >> 4 === 4;
  const start = isIpv4 ? (bytes[0]! & 15) * 4 : IPV6_HEADER;
  if (start < MINIMUM || bytes.length < start + MINIMUM) return [];
  const tcp = bytes.subarray(start);
  return [
    ...tcpFields(tcp, segment, start, language, isRaw),
    ...dataField(segment, bytes.length, language),
    ...(isIpv4 ? ipFields(bytes, start, language) : []),
  ];
}

function tcpFields(tcp: Uint8Array, segment: Segment, start: number, { texts }: Language, isRaw: boolean) {
  const { headerFields: names } = texts.inspector;
  const field = (name: string, from: number, to: number, value: string | number): HeaderField => ({
    ...{ layer: 'TCP', name, value: String(value) },
    ...{ from: start + from, to: start + to },
  });
  const windowField = number(tcp, 14, 2);
  const { seq, ack = number(tcp, 8, 4), window = windowField, options = [] } = segment;
  const ranges = optionRanges(tcp);
  return [
    field(names.sourcePort, 0, 2, number(tcp, 0, 2)),
    field(names.destinationPort, 2, 4, number(tcp, 2, 2)),
    field(names.seq, 4, 8, isRaw ? number(tcp, 4, 4) : seq),
    field(names.ack, 8, 12, isRaw ? number(tcp, 8, 4) : ack),
    field(names.headerLength, 12, 13, `${(tcp[12]! >> 4) * 4} bytes`),
    field(names.flags, 13, 14, flagsText(segment)),
    field(names.window, 14, 16, window === windowField ? window : `${windowField} → ${window} bytes`),
    field(names.checksum, 16, 18, hex16(tcp, 16)),
    field(names.urgent, 18, 20, number(tcp, 18, 2)),
    ...ranges.map(({ from, to }, index) => field(names.option, from, to, options[index] ?? '?')),
  ];
}

function dataField({ length, payload }: Segment, from: number, { texts }: Language): HeaderField[] {
  if (length === 0) return [];
  const { inspector, bytes } = texts;
  return [
    { layer: 'TCP', name: inspector.headerFields.data, value: bytes(length), from, to: from + payload.length / 2 },
  ];
}

function ipFields(ip: Uint8Array, end: number, { texts }: Language): HeaderField[] {
  const { headerFields: names } = texts.inspector;
  const field = (name: string, from: number, to: number, value: string | number): HeaderField => ({
    ...{ layer: 'IP', name, value: String(value) },
    ...{ from, to },
  });
  const fragment = number(ip, 6, 2);
  const address = (at: number) => ip.subarray(at, at + 4).join('.');
  return [
    field(names.version, 0, 1, 4),
    field(names.headerLength, 0, 1, `${end} bytes`),
    field(names.trafficClass, 1, 2, ip[1]!),
    field(names.totalLength, 2, 4, `${number(ip, 2, 2)} bytes`),
    field(names.identification, 4, 6, hex16(ip, 4)),
    field(names.fragment, 6, 8, fragment === 0x4000 ? names.dontFragment : hex16(ip, 6)),
    field(names.timeToLive, 8, 9, ip[8]!),
    field(names.protocol, 9, 10, ip[9] === 6 ? '6 (TCP)' : ip[9]!),
    field(names.checksum, 10, 12, hex16(ip, 10)),
    field(names.source, 12, 16, address(12)),
    field(names.destination, 16, 20, address(16)),
    ...(end > MINIMUM ? [field(names.option, MINIMUM, end, `${end - MINIMUM} bytes`)] : []),
  ];
}

/** Where each TCP option stands. NOP and the end of the list take one byte; others state their length (RFC 9293 §3.1). */
function optionRanges(tcp: Uint8Array): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (let at = MINIMUM; at < tcp.length;) {
    const kind = tcp[at]!;
    // What follows the end of the list is padding.
    const length = kind === 0 ? tcp.length : kind === 1 ? 1 : Math.max(2, tcp[at + 1] ?? 0);
    const to = Math.min(at + length, tcp.length);
    ranges.push({ from: at, to });
    at = to;
  }
  return ranges;
}

/** An unsigned number of so many bytes, in network order. */
function number(bytes: Uint8Array, at: number, size: number): number {
  return bytes.subarray(at, at + size).reduce((value, byte) => value * 256 + byte, 0);
}

function hex16(bytes: Uint8Array, at: number): string {
  return `0x${number(bytes, at, 2).toString(16).padStart(4, '0')}`;
}

/** The narrowest field that a byte belongs to. */
export function fieldAt(fields: readonly HeaderField[], byte: number): number {
  let found = -1;
  fields.forEach(({ from, to }, index) => {
    if (byte < from || byte >= to) return;
    const best = fields[found];
    if (!best || to - from < best.to - best.from) found = index;
  });
  return found;
}
