import { uint16 } from '../bytes.ts';
import type { Layers } from './layers.ts';
import { ppp } from './ppp.ts';

/** Bits of the first two bytes of GRE (RFC 2784, RFC 2890, RFC 1701), and its version, which is 1 for PPP (RFC 2637). */
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const MIRRORED_ETHERNET = 0x88be;

export function genericEncapsulation(layers: Layers, at: number, end: number): void {
  const { bytes } = layers;
  if (at + 4 > end) return layers.unread('TRUNCATED');
  const bits = uint16(bytes, at);
  const type = uint16(bytes, at + 2);
  const isEnhanced = (bits & 7) === 1;
  let length = 4;
  if (bits & (CHECKSUM | ROUTING)) length += 4;
  if (bits & KEY) length += 4;
  if (bits & SEQUENCE) length += 4;
  if (isEnhanced && bits & ACKNOWLEDGMENT) length += 4;
  if (at + length > end) return layers.unread('TRUNCATED');
  if (bits & ROUTING) length = afterRoutes(bytes, at, length, end);
  if (isEnhanced) ppp(layers, at + length, end);
  // A mirrored frame has a header of eight bytes if frames are numbered, and none if not.
  else if (type === MIRRORED_ETHERNET) layers.ethernet(at + length + (bits & SEQUENCE ? 8 : 0), end);
  else layers.etherType(type, at + length, end);
}

/** Source routes: entries of type and length, up to one that is empty (RFC 1701). */
function afterRoutes(bytes: Uint8Array, at: number, from: number, end: number): number {
  let length = from;
  while (at + length + 4 <= end) {
    const entry = bytes[at + length + 3]!;
    length += 4 + entry;
    if (entry === 0) break;
  }
  return length;
}

const VXLAN = 4789;
const GENEVE = 6081;
const GTP_USER = 2152;

/** What a UDP datagram to a tunnel's port carries. */
export function datagram(layers: Layers, at: number, end: number): void {
  const { bytes } = layers;
  if (at + 8 > end) return layers.unread('NOT_TCP');
  const source = uint16(bytes, at);
  const destination = uint16(bytes, at + 2);
  if (destination === VXLAN) virtualLan(layers, at + 8, end);
  else if (destination === GENEVE) networkVirtualization(layers, at + 8, end);
  else if (destination === GTP_USER || source === GTP_USER) mobileTunnel(layers, at + 8, end);
  else layers.unread('NOT_TCP');
}

/** RFC 7348: eight bytes, of which the first has the bit for a valid identifier. */
function virtualLan(layers: Layers, at: number, end: number): void {
  if (at + 8 > end || !(layers.bytes[at]! & 0x08)) layers.unread('NOT_TCP');
  else layers.ethernet(at + 8, end);
}

/** RFC 8926: the length of the options in units of four bytes, then an EtherType. */
function networkVirtualization(layers: Layers, at: number, end: number): void {
  const { bytes } = layers;
  if (at + 8 > end || bytes[at]! >> 6 !== 0) return layers.unread('NOT_TCP');
  layers.etherType(uint16(bytes, at + 2), at + 8 + (bytes[at]! & 0x3f) * 4, end);
}

/** 3GPP TS 29.281: version 1, a user's packet, with four bytes more if any of three bits is set. */
function mobileTunnel(layers: Layers, at: number, end: number): void {
  const { bytes } = layers;
  const isPacket = at + 8 <= end && bytes[at]! >> 5 === 1 && bytes[at + 1] === 0xff;
  if (!isPacket) return layers.unread('NOT_TCP');
  let next = at + 8;
  if (bytes[at]! & 0x07) {
    next += 4;
    // Extension headers: the length in units of four bytes first, the next one's type last.
    while (next < end && bytes[next - 1] !== 0 && bytes[next] !== 0) next += bytes[next]! * 4;
  }
  layers.ip(next, end);
}
