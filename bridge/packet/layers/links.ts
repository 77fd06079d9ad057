import { uint16, uint32 } from '../bytes.ts';
import { littleUint16 } from '../little-endian.ts';
import { ethernet, logicalLink, pppoe } from './ethernet.ts';
import type { Layers } from './layers.ts';
import { ppp, serial } from './ppp.ts';
import { avs, prism, radiotap, wireless } from './wireless.ts';

type Link = (layers: Layers, at: number, end: number) => void;

/** For each LINKTYPE_ value in practical use, how a frame is read. */
const LINKS: Record<number, Link> = {
  0: family,
  1: ethernet,
  // The number of LINKTYPE_PPP in files of some BSD systems is that of SLIP elsewhere: 8 is left out.
  9: ppp,
  11: logicalLink,
  50: serial,
  51: pppoe,
  100: logicalLink,
  // The same packets without a header, by the numbers of several systems.
  12: rawIp,
  14: rawIp,
  101: rawIp,
  228: rawIp,
  229: rawIp,
  104: serial,
  105: wireless,
  108: family,
  // OpenBSD: of a tunnel of IPsec, and of its firewall's log.
  109: (layers, at, end) => after(layers, 12, at, end, rawIp),
  113: (layers, at, end) => cooked(layers, at, end, 14, 16),
  117: firewallLog,
  119: prism,
  127: radiotap,
  163: avs,
  166: pppWithDirection,
  192: perPacketInformation,
  204: (layers, at, end) => after(layers, 1, at, end, ppp),
  239: netfilterLog,
  276: (layers, at, end) => cooked(layers, at, end, 0, 20),
};

export function readLink(layers: Layers, type: number, at: number, end: number): void {
  const link = LINKS[type];
  if (link) link(layers, at, end);
  else layers.unread('UNSUPPORTED_LINK_TYPE');
}

function rawIp(layers: Layers, at: number, end: number): void {
  layers.ip(at, end);
}

function after(layers: Layers, header: number, at: number, end: number, next: Link): void {
  if (at + header > end) layers.unread('TRUNCATED');
  else next(layers, at + header, end);
}

/** AF_INET, and the values of AF_INET6 on Linux, Windows, BSD, FreeBSD and macOS. */
const FAMILIES = new Set([2, 10, 23, 24, 28, 30]);

/** LINKTYPE_NULL has the capturing machine's byte order, LINKTYPE_LOOP the network's. The value shows which one it is. */
function family(layers: Layers, at: number, end: number): void {
  if (at + 4 > end) return layers.unread('TRUNCATED');
  const value = uint32(layers.bytes, at);
  if (FAMILIES.has(value <= 0xffff ? value : layers.bytes[at]!)) layers.ip(at + 4, end);
  else layers.unread('NOT_IP');
}

/** Types of ARPHRD_ for which the protocol field of a cooked header is not an EtherType. */
const NETLINK = 824;
const WIRELESS = new Map<number, Link>([
  [801, wireless],
  [802, prism],
  [803, radiotap],
]);

/** The header that Linux adds in a capture on all interfaces. */
function cooked(layers: Layers, at: number, end: number, protocolAt: number, length: number): void {
  const { bytes } = layers;
  if (at + length > end) return layers.unread('TRUNCATED');
  const hardware = uint16(bytes, at + (length === 16 ? 2 : 8));
  const protocol = uint16(bytes, at + protocolAt);
  const radio = WIRELESS.get(hardware);
  if (hardware === NETLINK) layers.unread('NOT_IP');
  else if (radio) radio(layers, at + length, end);
  // 1: an 802.3 frame without a header of 802.2; 4: with one.
  else if (protocol === 4) logicalLink(layers, at + length, end);
  else if (protocol < 0x0600) layers.unread('NOT_IP');
  else layers.etherType(protocol, at + length, end);
}

/** The log of OpenBSD's firewall: the first byte is the header's length without its padding. */
function firewallLog(layers: Layers, at: number, end: number): void {
  const length = at < end ? (layers.bytes[at]! + 3) & ~3 : 0;
  if (length < 4 || at + length > end) layers.unread('TRUNCATED');
  else layers.ip(at + length, end);
}

/** The daemon of PPP: one byte for the direction in the place of the address, or before it. */
function pppWithDirection(layers: Layers, at: number, end: number): void {
  if (at + 4 > end) return layers.unread('TRUNCATED');
  const { bytes } = layers;
  const framed = bytes[at]! <= 1 && bytes[at + 1] === 0x03;
  ppp(layers, framed ? at + 2 : bytes[at]! <= 1 ? at + 1 : at, end);
}

/** PPI: a header of fields about the packet, and the link type of what follows. */
function perPacketInformation(layers: Layers, at: number, end: number): void {
  if (at + 8 > end) return layers.unread('TRUNCATED');
  const { bytes } = layers;
  const length = littleUint16(bytes, at + 2);
  if (length < 8) layers.unread('BAD_HEADER_LENGTH');
  else layers.linkType(littleUint16(bytes, at + 4), at + length, end);
}

const PAYLOAD = 9;

/** The log of Linux's netfilter: fields of type and length in the machine's byte order; one is the packet. */
function netfilterLog(layers: Layers, from: number, end: number): void {
  const { bytes } = layers;
  let at = from + 4;
  while (at + 4 <= end) {
    const length = littleUint16(bytes, at);
    if (length < 4) break;
    if (littleUint16(bytes, at + 2) === PAYLOAD) return layers.ip(at + 4, Math.min(end, at + length));
    at += (length + 3) & ~3;
  }
  layers.unread('NOT_IP');
}
