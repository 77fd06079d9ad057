import { toHex, uint16, uint32 } from '../bytes.ts';
import type { Frame } from '../capture-file/frame.ts';
import { ethernet, etherType, labels } from './ethernet.ts';
import { FragmentStore } from './fragment-store.ts';
import { type Layers, type Reason, REASONS } from './layers.ts';
import { readLink } from './links.ts';
import { datagram, genericEncapsulation } from './tunnels.ts';

/** Protocol numbers of IP. */
const IPV4 = 4;
const TCP = 6;
const UDP = 17;
const IPV6 = 41;
const FRAGMENT = 44;
const GRE = 47;
const ENCRYPTED_PAYLOAD = 50;
const AUTHENTICATION = 51;
const ETHERNET_IN_IP = 97;
const MPLS_IN_IP = 137;

/** Tunnels in tunnels: a frame with more of them is hostile. */
const DEEPEST = 16;

/**
 * A segment where it lies. The finder is itself the object that `onSegment` gets, because it is filled again and again.
 * All lengths are in bytes. Addresses lie in `addresses`, the rest in `bytes`: after fragments these differ.
 */
export interface FoundSegment {
  readonly bytes: Uint8Array;
  readonly addresses: Uint8Array;
  readonly sourceAt: number;
  readonly destinationAt: number;
  /** Where the innermost IP header begins, in `addresses`. */
  readonly ipAt: number;
  /** 4 or 6. */
  readonly version: number;
  /** Where the TCP header begins, and where the captured bytes of the segment end. */
  readonly tcpAt: number;
  readonly tcpEnd: number;
  readonly headerLength: number;
  /** The length of the data on the wire. */
  readonly dataLength: number;
  /** The record of the frame, or of the first of its fragments. */
  readonly position: number;
  readonly frameNumber: number;
  /** The explicit congestion notification of the innermost IP header, 0 to 3. */
  readonly congestion: number;
  readonly timeToLive: number;
}

export class SegmentFinder implements Layers, FoundSegment {
  bytes: Uint8Array = new Uint8Array();
  cut = 0;
  addresses: Uint8Array = this.bytes;
  sourceAt = 0;
  destinationAt = 0;
  ipAt = 0;
  version = 4;
  tcpAt = 0;
  tcpEnd = 0;
  headerLength = 0;
  dataLength = 0;
  position = 0;
  frameNumber = 0;
  congestion = 0;
  timeToLive = 0;
  readonly #onSegment: (segment: FoundSegment) => void;
  readonly #fragments = new FragmentStore();
  readonly #unread = new Map<Reason, number>();
  #depth = 0;

  constructor(onSegment: (segment: FoundSegment) => void) {
    this.#onSegment = onSegment;
  }

  /** How many frames gave no segment, by reason; reasons that did not occur are left out. */
  get unreadFrames(): { reason: Reason; count: number }[] {
    const lost = this.#fragments.lost;
    return REASONS.map((reason) => ({
      reason,
      count: (this.#unread.get(reason) ?? 0) + (reason === 'FRAGMENT' ? lost : 0),
    })).filter(({ count }) => count > 0);
  }

  find(frame: Frame): void {
    this.bytes = frame.bytes;
    this.cut = Math.max(0, frame.originalLength - (frame.end - frame.start));
    this.position = frame.position;
    this.frameNumber = frame.number;
    this.#depth = 0;
    if (frame.linkType === 1) ethernet(this, frame.start, frame.end);
    else readLink(this, frame.linkType, frame.start, frame.end);
  }

  unread(reason: Reason): void {
    this.#unread.set(reason, (this.#unread.get(reason) ?? 0) + 1);
  }

  linkType(type: number, at: number, end: number): void {
    if (this.#isTooDeep()) return;
    readLink(this, type, at, end);
    this.#depth -= 1;
  }

  ethernet(at: number, end: number): void {
    if (this.#isTooDeep()) return;
    ethernet(this, at, end);
    this.#depth -= 1;
  }

  etherType(type: number, at: number, end: number): void {
    if (this.#isTooDeep()) return;
    etherType(this, type, at, end);
    this.#depth -= 1;
  }

  ip(at: number, end: number): void {
    if (this.#isTooDeep()) return;
    const version = at < end ? this.bytes[at]! >> 4 : 0;
    if (version === 4) this.#ipv4(at, end);
    else if (version === 6) this.#ipv6(at, end);
    else this.unread(at < end ? 'NOT_IP' : 'TRUNCATED');
    this.#depth -= 1;
  }

  transport(first: number, from: number, end: number, wireEnd: number): void {
    let protocol = first;
    let at = from;
    for (;;) {
      if (protocol === TCP) return this.#tcp(at, end, wireEnd);
      if (!(this.version === 6 && isExtension(protocol)) && protocol !== AUTHENTICATION) break;
      if (at + 8 > wireEnd) return this.unread('BAD_HEADER_LENGTH');
      if (at + 8 > end) return this.unread('TRUNCATED');
      const units = this.bytes[at + 1]!;
      const next = this.bytes[at]!;
      // An authentication header counts units of 4 bytes, minus two (RFC 4302 §2.2).
      at += protocol === AUTHENTICATION ? Math.max(8, (units + 2) * 4) : (units + 1) * 8;
      protocol = next;
    }
    if (protocol === FRAGMENT && this.version === 6) this.#fragment6(at, end, wireEnd);
    else this.#other(protocol, at, end);
  }

  #other(protocol: number, at: number, end: number): void {
    if (protocol === UDP) datagram(this, at, end);
    else if (protocol === IPV4 || protocol === IPV6) this.ip(at, end);
    else if (protocol === GRE) genericEncapsulation(this, at, end);
    else if (protocol === ETHERNET_IN_IP) this.ethernet(at + 2, end);
    else if (protocol === MPLS_IN_IP) labels(this, at, end);
    else this.unread(protocol === ENCRYPTED_PAYLOAD ? 'ENCRYPTED' : 'NOT_TCP');
  }

  #isTooDeep(): boolean {
    this.#depth += 1;
    if (this.#depth <= DEEPEST) return false;
    this.#depth -= 1;
    this.unread('TOO_DEEP');
    return true;
  }

  #ipv4(at: number, end: number): void {
    const { bytes } = this;
    if (at + 20 > end) return this.unread('TRUNCATED');
    const headerLength = (bytes[at]! & 0x0f) * 4;
    if (headerLength < 20) return this.unread('BAD_HEADER_LENGTH');
    // A kernel that lets the network card cut packets passes on packets that are too long for the field, which is then 0.
    const totalLength = uint16(bytes, at + 2) || end + this.cut - at;
    if (totalLength < headerLength) return this.unread('BAD_TOTAL_LENGTH');
    if (at + headerLength > end) return this.unread('TRUNCATED');
    this.#take(4, at + 12, 4);
    this.congestion = bytes[at + 1]! & 3;
    this.timeToLive = bytes[at + 8]!;
    const fragment = uint16(bytes, at + 6);
    const wireEnd = Math.min(at + totalLength, end + this.cut);
    const captured = Math.min(end, wireEnd);
    this.cut = wireEnd - captured;
    const content = at + headerLength;
    if ((fragment & 0x3fff) === 0) this.transport(bytes[at + 9]!, content, captured, wireEnd);
    else this.#fragment4(fragment, at, content, captured, wireEnd);
  }

  #ipv6(at: number, end: number): void {
    const { bytes } = this;
    if (at + 40 > end) return this.unread('TRUNCATED');
    // The field is 0 in a jumbogram (RFC 2675), and in a packet that the network card is to cut.
    const length = uint16(bytes, at + 4);
    this.#take(6, at + 8, 16);
    this.congestion = (bytes[at + 1]! >> 4) & 3;
    this.timeToLive = bytes[at + 7]!;
    const wireEnd = length === 0 ? end + this.cut : Math.min(at + 40 + length, end + this.cut);
    const captured = Math.min(end, wireEnd);
    this.cut = wireEnd - captured;
    this.transport(bytes[at + 6]!, at + 40, captured, wireEnd);
  }

  #take(version: number, sourceAt: number, length: number): void {
    this.addresses = this.bytes;
    this.version = version;
    this.sourceAt = sourceAt;
    this.ipAt = sourceAt - (version === 4 ? 12 : 8);
    this.destinationAt = sourceAt + length;
  }

  #fragment4(fragment: number, at: number, content: number, end: number, wireEnd: number): void {
    const { bytes } = this;
    const offset = (fragment & 0x1fff) * 8;
    const protocol = bytes[at + 9]!;
    // Without all its bytes a packet cannot become whole. The first fragment has the header at least.
    if (end < wireEnd) return offset > 0 ? this.unread('FRAGMENT') : this.transport(protocol, content, end, wireEnd);
    const key = `${toHex(bytes.subarray(at + 12, at + 20))} ${protocol} ${uint16(bytes, at + 4)}`;
    this.#putTogether(key, offset, (fragment & 0x2000) !== 0, protocol, content, end);
  }

  #fragment6(at: number, end: number, wireEnd: number): void {
    const { bytes } = this;
    if (at + 8 > end) return this.unread('TRUNCATED');
    const field = uint16(bytes, at + 2);
    const protocol = bytes[at]!;
    if ((field & 0xfff9) === 0) return this.transport(protocol, at + 8, end, wireEnd);
    if (end < wireEnd) return field & 0xfff8 ? this.unread('FRAGMENT') : this.transport(protocol, at + 8, end, wireEnd);
    const addresses = toHex(this.addresses.subarray(this.sourceAt, this.sourceAt + 32));
    const key = `${addresses} ${uint32(bytes, at + 4)}`;
    this.#putTogether(key, field & 0xfff8, (field & 1) !== 0, protocol, at + 8, end);
  }

  #putTogether(key: string, offset: number, more: boolean, protocol: number, at: number, end: number): void {
    const { bytes, cut, position, frameNumber } = this;
    const whole = this.#fragments.add(key, offset, more, bytes.subarray(at, end), { position, frameNumber });
    if (!whole) return;
    this.bytes = whole.bytes;
    this.cut = 0;
    this.position = whole.first.position;
    this.frameNumber = whole.first.frameNumber;
    this.transport(protocol, 0, whole.bytes.length, whole.bytes.length);
    this.bytes = bytes;
    this.cut = cut;
    this.position = position;
    this.frameNumber = frameNumber;
  }

  #tcp(at: number, end: number, wireEnd: number): void {
    if (at + 20 > end) return this.unread('TRUNCATED');
    const headerLength = (this.bytes[at + 12]! >> 4) * 4;
    if (headerLength < 20 || at + headerLength > wireEnd) return this.unread('BAD_HEADER_LENGTH');
    this.tcpAt = at;
    this.tcpEnd = end;
    this.headerLength = headerLength;
    this.dataLength = wireEnd - at - headerLength;
    this.#onSegment(this);
  }
}

/** Hop-by-hop, routing, destination options, mobility, HIP, shim6: each counts units of 8 bytes after the first. */
function isExtension(protocol: number): boolean {
  return (
    protocol === 0 || protocol === 43 || protocol === 60 || protocol === 135 || protocol === 139 || protocol === 140
  );
}
