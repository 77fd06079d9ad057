import type { Ipv4Packet } from '../../../bridge/packet/ipv4.ts';
import type { Ipv6Packet } from '../../../bridge/packet/ipv6.ts';
import type { TcpOption } from '../../../bridge/packet/tcp-options.ts';
import type { TcpSegment } from '../../../bridge/packet/tcp.ts';

const SHORTEST_HEADER = { 4: 20, 6: 40 };
const SHORTEST_TCP_HEADER = 20;

/**
 * Holds what a decoder says of a packet against the bytes that it was given: every number is one, every length is that
 * of bytes which are there, and what is a view is a view of the right place.
 * @throws Error that says what is not so
 */
export function expectSoundIp(bytes: Uint8Array, ip: Ipv4Packet | Ipv6Packet): void {
  expectNumbers(ip);
  if (/[^0-9a-f.:]/.test(ip.source + ip.destination)) throw new Error(`an address ${ip.source} or ${ip.destination}`);
  expectSo(ip.headerLength >= SHORTEST_HEADER[ip.version], 'the IP header has its fixed part');
  expectSo(ip.headerLength <= bytes.length, 'the IP header was captured');
  expectSo(ip.headerLength <= ip.totalLength, 'the IP header is within the packet');
  expectSo(ip.payloadLength === ip.totalLength - ip.headerLength, 'header and payload are the packet');
  expectView(ip.payload, bytes, ip.headerLength, Math.min(bytes.length, ip.totalLength));
  if (ip.version === 4) expectView(ip.options, bytes, SHORTEST_HEADER[4], ip.headerLength);
}

/** The same for a segment: `bytes` were captured of it, and it was `segmentLength` long. */
export function expectSoundTcp(bytes: Uint8Array, segmentLength: number, tcp: TcpSegment): void {
  expectNumbers(tcp);
  expectSo(tcp.headerLength >= SHORTEST_TCP_HEADER, 'the TCP header has its fixed part');
  expectSo(bytes.length >= SHORTEST_TCP_HEADER, 'the fixed part of the TCP header was captured');
  expectSo(tcp.headerLength <= segmentLength, 'the TCP header is within the segment');
  expectSo(tcp.payloadLength === segmentLength - tcp.headerLength, 'header and data are the segment');
  expectView(tcp.payload, bytes, tcp.headerLength, Math.min(bytes.length, segmentLength));
  expectSoundOptions(bytes.subarray(SHORTEST_TCP_HEADER, tcp.headerLength), tcp.options);
}

/** The options are the bytes, one after the other, up to the end of the list. */
export function expectSoundOptions(bytes: Uint8Array, options: readonly TcpOption[]): void {
  let at = 0;
  for (const option of options) {
    expectNumbers(option);
    const length = lengthOf(option);
    if (length !== bytes[at + 1] && !WITHOUT_LENGTH.has(option.name))
      throw new Error(`${option.name} of ${length} bytes`);
    at += length;
  }
  expectSo(options.at(-1)?.name === 'end' ? at <= bytes.length : at === bytes.length, 'the options fill the header');
}

/** One byte each, or with a length that is wrong. */
const WITHOUT_LENGTH: ReadonlySet<TcpOption['name']> = new Set(['end', 'nop', 'malformed']);

/** Bytes of an option, its kind and its length among them. */
function lengthOf(option: TcpOption): number {
  switch (option.name) {
    case 'end':
    case 'nop':
      return 1;
    case 'mss':
    case 'user-timeout':
      return 4;
    case 'window-scale':
      return 3;
    case 'sack-permitted':
      return 2;
    case 'sack':
      option.blocks.forEach(expectNumbers);
      return 2 + 8 * option.blocks.length;
    case 'timestamps':
      return 10;
    case 'md5':
      return 18;
    case 'authentication':
      return 4 + option.code.length;
    case 'fast-open':
      return (option.experimental ? 4 : 2) + option.cookie.length;
    case 'experiment':
      return 4 + option.data.length;
    case 'multipath':
    case 'unknown':
      return 2 + option.data.length;
    case 'malformed':
      return option.data.length;
  }
}

/** A field beyond the bytes would read as nothing, and what is made of it as no number. */
function expectNumbers(fields: object): void {
  for (const [name, value] of Object.entries(fields) as [string, unknown][])
    if (value === undefined || (typeof value === 'number' && !(Number.isInteger(value) && value >= 0)))
      throw new Error(`${name} is ${String(value)}`);
}

function expectView(view: Uint8Array, of: Uint8Array, from: number, to: number): void {
  expectSo(view.length === Math.max(0, to - from), 'what is a part of the bytes has the length of that part');
  expectSo(
    view.length === 0 || view.byteOffset === of.byteOffset + from,
    'what is a part of the bytes is in its place',
  );
}

function expectSo(so: boolean, what: string): void {
  if (!so) throw new Error(`not so: ${what}`);
}
