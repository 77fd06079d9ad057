import { uint16 } from '../bytes.ts';
import type { Layers } from './layers.ts';

const IPV4 = 0x0021;
const IPV6 = 0x0057;
const MPLS = 0x0281;
const COMPRESSED = 0x00fd;
const ENCRYPTED = 0x0053;

/** A packet of PPP (RFC 1661), with or without the address and control bytes of HDLC framing (RFC 1662). */
export function ppp(layers: Layers, from: number, end: number): void {
  const { bytes } = layers;
  const at = from + 2 <= end && bytes[from] === 0xff && bytes[from + 1] === 0x03 ? from + 2 : from;
  if (at + 2 > end) return layers.unread('TRUNCATED');
  // An odd first byte is a whole protocol number: its zeros were left out.
  const isShort = (bytes[at]! & 1) === 1;
  const protocol = isShort ? bytes[at]! : uint16(bytes, at);
  const next = at + (isShort ? 1 : 2);
  if (protocol === IPV4 || protocol === IPV6) layers.ip(next, end);
  else if (protocol === MPLS) layers.etherType(0x8847, next, end);
  else layers.unread(protocol === COMPRESSED || protocol === ENCRYPTED ? 'ENCRYPTED' : 'NOT_IP');
}

/** HDLC framing of Cisco, if the first byte says so: an EtherType after address and control. Otherwise PPP. */
export function serial(layers: Layers, at: number, end: number): void {
  const first = at < end ? layers.bytes[at]! : 0;
  if (first !== 0x0f && first !== 0x8f) return ppp(layers, at, end);
  if (at + 4 > end) layers.unread('TRUNCATED');
  else layers.etherType(uint16(layers.bytes, at + 2), at + 4, end);
}
