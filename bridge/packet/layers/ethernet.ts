import { uint16, uint32 } from '../bytes.ts';
import type { Layers } from './layers.ts';
import { ppp } from './ppp.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const PPPOE = 0x8864;
const PPP = 0x880b;
const MPLS = 0x8847;
const MPLS_MULTICAST = 0x8848;
/** 802.1ah: an Ethernet frame in another, after four bytes. */
const PROVIDER_BACKBONE = 0x88e7;
const BRIDGED_ETHERNET = 0x6558;
/** A smaller number is the length of an IEEE 802.3 frame. */
const SMALLEST_ETHERTYPE = 0x0600;

export function ethernet(layers: Layers, at: number, end: number): void {
  if (at + 14 > end) layers.unread('TRUNCATED');
  else etherType(layers, uint16(layers.bytes, at + 12), at + 14, end);
}

/** The layer after an EtherType, or after the length that stands in its place. */
export function etherType(layers: Layers, type: number, from: number, end: number): void {
  let at = from;
  let tag = type;
  // 802.1Q, 802.1ad (QinQ), and the predecessor of 802.1ad.
  while (tag === 0x8100 || tag === 0x88a8 || tag === 0x9100) {
    if (at + 4 > end) return layers.unread('TRUNCATED');
    tag = uint16(layers.bytes, at + 2);
    at += 4;
  }
  if (tag === IPV4 || tag === IPV6) layers.ip(at, end);
  else if (tag < SMALLEST_ETHERTYPE) logicalLink(layers, at, end);
  else rareType(layers, tag, at, end);
}

function rareType(layers: Layers, type: number, at: number, end: number): void {
  if (type === PPPOE) pppoe(layers, at, end);
  else if (type === PPP) ppp(layers, at, end);
  else if (type === MPLS || type === MPLS_MULTICAST) labels(layers, at, end);
  else if (type === PROVIDER_BACKBONE) layers.ethernet(at + 4, end);
  else if (type === BRIDGED_ETHERNET) layers.ethernet(at, end);
  else layers.unread('NOT_IP');
}

/** IEEE 802.2, and an EtherType after it (RFC 1042). */
export function logicalLink(layers: Layers, at: number, end: number): void {
  const { bytes } = layers;
  if (at + 3 > end) return layers.unread('TRUNCATED');
  const isInternet = bytes[at] === 0x06 && bytes[at + 1] === 0x06 && bytes[at + 2] === 0x03;
  if (isInternet) return layers.ip(at + 3, end);
  if (at + 8 > end) return layers.unread('NOT_IP');
  const organization = uint32(bytes, at + 2) & 0xffffff;
  const known = organization === 0 || organization === 0x0000f8;
  if (uint16(bytes, at) !== 0xaaaa || bytes[at + 2] !== 0x03 || !known) return layers.unread('NOT_IP');
  const type = uint16(bytes, at + 6);
  if (type < SMALLEST_ETHERTYPE) layers.unread('NOT_IP');
  else layers.etherType(type, at + 8, end);
}

/** Six bytes of header, then a packet of PPP (RFC 2516). */
export function pppoe(layers: Layers, at: number, end: number): void {
  if (at + 6 > end) layers.unread('TRUNCATED');
  else if (layers.bytes[at + 1] !== 0) layers.unread('NOT_IP');
  else ppp(layers, at + 6, end);
}

/** A stack of labels (RFC 3032). Nothing says what follows: its first bits are the version of IP, or 0 for Ethernet. */
export function labels(layers: Layers, from: number, end: number): void {
  let at = from;
  do {
    if (at + 4 > end) return layers.unread('TRUNCATED');
    at += 4;
  } while ((layers.bytes[at - 2]! & 1) === 0);
  const version = at < end ? layers.bytes[at]! >> 4 : 0;
  if (version === 4 || version === 6) layers.ip(at, end);
  else if (version === 0) layers.ethernet(at + 4, end);
  else layers.unread('NOT_IP');
}
