import { uint16, uint32 } from './bytes.ts';
import { PacketError } from './packet-error.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
/** 802.1Q, 802.1ad (QinQ), and the predecessor of 802.1ad. */
const VLAN_TAGS = new Set([0x8100, 0x88a8, 0x9100]);
const PPPOE = 0x8864;
/** A smaller number is the length of an IEEE 802.3 frame. */
const SMALLEST_ETHERTYPE = 0x0600;

/** AF_INET, and the values of AF_INET6 on Linux, BSD, FreeBSD and macOS. */
const FAMILIES = new Set([2, 10, 24, 28, 30]);

/** For each LINKTYPE_ value in practical use: finds where the IP packet begins, or undefined if there is none. */
const IP_BEGINS: Record<number, (frame: Uint8Array) => number | undefined> = {
  0: afterFamily,
  1: afterEthernet,
  // DLT_RAW on other systems, LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6.
  12: () => 0,
  14: () => 0,
  101: () => 0,
  228: () => 0,
  229: () => 0,
  108: afterFamily,
  113: (frame) => afterCooked(frame, 14, 16),
  276: (frame) => afterCooked(frame, 0, 20),
};

/**
 * The IP packet in a captured frame, as a view of the frame. Undefined if the frame carries something else.
 * @param linkType a LINKTYPE_ value
 * @throws PacketError UNSUPPORTED_LINK_TYPE, TRUNCATED
 */
export function ipPacketIn(linkType: number, frame: Uint8Array): Uint8Array | undefined {
  const begins = IP_BEGINS[linkType];
  if (!begins) throw new PacketError('UNSUPPORTED_LINK_TYPE', `link type ${linkType}`);
  const at = begins(frame);
  return at === undefined ? undefined : frame.subarray(at);
}

/**
 * LINKTYPE_NULL has the capturing machine's byte order, LINKTYPE_LOOP the network's. The value shows which one it is.
 */
function afterFamily(frame: Uint8Array): number | undefined {
  need(frame, 4);
  const family = uint32(frame, 0);
  return FAMILIES.has(family <= 0xffff ? family : frame[0]!) ? 4 : undefined;
}

function afterEthernet(frame: Uint8Array): number | undefined {
  let at = 12;
  for (;;) {
    need(frame, at + 2);
    const type = uint16(frame, at);
    if (type === IPV4 || type === IPV6) return at + 2;
    if (type === PPPOE) return afterPppoe(frame, at + 2);
    if (type < SMALLEST_ETHERTYPE) return afterSnap(frame, at + 2);
    if (!VLAN_TAGS.has(type)) return undefined;
    at += 4;
  }
}

/** An EtherType after a header of LLC and SNAP (RFC 1042). */
function afterSnap(frame: Uint8Array, at: number): number | undefined {
  if (at + 8 > frame.length || uint32(frame, at) !== 0xaaaa0300 || uint16(frame, at + 4) !== 0) {
    return undefined;
  }
  return isIp(uint16(frame, at + 6)) ? at + 8 : undefined;
}

/** Six bytes of header, then the protocol number of PPP (RFC 2516). */
function afterPppoe(frame: Uint8Array, at: number): number | undefined {
  need(frame, at + 8);
  const protocol = uint16(frame, at + 6);
  return protocol === 0x0021 || protocol === 0x0057 ? at + 8 : undefined;
}

/** The header that Linux adds in a capture on all interfaces. */
function afterCooked(frame: Uint8Array, protocolAt: number, length: number): number | undefined {
  need(frame, length);
  return isIp(uint16(frame, protocolAt)) ? length : undefined;
}

function isIp(type: number): boolean {
  return type === IPV4 || type === IPV6;
}

function need(frame: Uint8Array, length: number): void {
  if (frame.length < length) throw new PacketError('TRUNCATED', `${frame.length} bytes of a link's header`);
}
