import type { FrameToWrite } from './pcapng.ts';
import { bytesOf, hex, ipv4Bytes, ipv6Bytes, tcpBytes } from './packets.ts';

/** The same kind of segment in each link layer and tunnel, each from a port of its own. */

const ADDRESS = { source: hex('fd00'.padEnd(32, '0')), destination: hex('fd00'.padEnd(30, '0') + '01') };
const MAC = '020000000001 020000000002';
const ETHERNET = `${MAC} 0800`;

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const before = (header: string, packet: Uint8Array): Uint8Array => joined(hex(header), packet);
const hex16 = (number: number): string => number.toString(16).padStart(4, '0');

type Wrap = (ip: Uint8Array) => Uint8Array;
const prefix =
  (header: string): Wrap =>
  (ip) =>
    before(header, ip);
const inIp =
  (protocol: number, header = ''): Wrap =>
  (ip) =>
    before(ETHERNET, ipv4Bytes(before(header, ip), { protocol, source: [192, 0, 2, 1], destination: [192, 0, 2, 2] }));
const inUdp =
  (port: number, header: string): Wrap =>
  (ip) => {
    const content = before(header, ip);
    return inIp(17, `c000 ${hex16(port)} ${hex16(8 + content.length)} 0000`)(content);
  };

const SNAP = 'aaaa03 000000 0800';
const WIRELESS_ADDRESSES = '020000000001 020000000002 020000000003';

/** Two packets in one 802.11 frame: the first has a port of its own too. */
function aggregated(ip: Uint8Array): Uint8Array {
  const other = ipv4Bytes(tcpBytes({ sourcePort: AGGREGATED_PORT, seq: 1, payload: bytesOf('other') }));
  const part = (packet: Uint8Array): Uint8Array => {
    const length = packet.length + 8;
    return before(`${MAC} ${hex16(length)} ${SNAP}`, joined(packet, new Uint8Array(-(14 + length) & 3)));
  };
  return joined(hex(`8802 0000 ${WIRELESS_ADDRESSES} 0000 8000`), part(other), part(ip));
}

export const AGGREGATED_PORT = 19_999;

// prettier-ignore
export const WRAPS: Record<string, [linkType: number, wrap: Wrap]> = {
  'Ethernet': [1, prefix(ETHERNET)],
  'Ethernet, with padding': [1, (ip) => joined(before(ETHERNET, ip), new Uint8Array(9))],
  'a VLAN': [1, prefix(`${MAC} 8100 0001 0800`)],
  'a VLAN in a VLAN': [1, prefix(`${MAC} 88a8 0001 8100 0002 0800`)],
  'LLC and SNAP': [1, (ip) => before(`${MAC} ${hex16(ip.length + 8)} ${SNAP}`, ip)],
  'PPPoE': [1, (ip) => before(`${MAC} 8864 11 00 0001 ${hex16(ip.length + 2)} 0021`, ip)],
  'two MPLS labels': [1, prefix(`${MAC} 8847 00010040 00011140`)],
  'Ethernet over MPLS': [1, prefix(`${MAC} 8847 00010040 00011140 00000000 ${ETHERNET}`)],
  'a provider’s backbone': [1, prefix(`${MAC} 88e7 00000001 ${ETHERNET}`)],
  'NULL, little-endian': [0, prefix('02000000')],
  'NULL, big-endian': [0, prefix('00000002')],
  'LOOP': [108, prefix('00000002')],
  'raw IP': [101, prefix('')],
  'raw IPv4': [228, prefix('')],
  'Linux cooked': [113, prefix('0000 0001 0006 0200000000010000 0800')],
  'Linux cooked, version 2': [276, prefix('0800 0000 00000001 0001 00 06 0200000000010000')],
  'PPP': [9, prefix('0021')],
  'PPP in HDLC framing': [50, prefix('ff03 0021')],
  'PPP with a short protocol': [9, prefix('21')],
  'PPP with a direction': [204, prefix('00 ff03 0021')],
  'Cisco’s HDLC': [104, prefix('0f00 0800')],
  '802.11': [105, prefix(`0801 0000 ${WIRELESS_ADDRESSES} 0000 ${SNAP}`)],
  '802.11 with quality of service': [105, prefix(`8802 0000 ${WIRELESS_ADDRESSES} 0000 0000 ${SNAP}`)],
  '802.11 with four addresses': [105, prefix(`0803 0000 ${WIRELESS_ADDRESSES} 0000 020000000004 ${SNAP}`)],
  '802.11 with several packets': [105, aggregated],
  'radiotap': [127, prefix(`0000 0900 02000000 00 0801 0000 ${WIRELESS_ADDRESSES} 0000 ${SNAP}`)],
  'radiotap, with a padded header': [127, prefix(`0000 0900 02000000 20 8801 0000 ${WIRELESS_ADDRESSES} 0000 0000 0000 ${SNAP}`)],
  'AVS': [163, prefix(`80211001 00000040 ${'00'.repeat(56)} 0801 0000 ${WIRELESS_ADDRESSES} 0000 ${SNAP}`)],
  'Prism': [119, prefix(`44000000 90000000 ${'00'.repeat(136)} 0801 0000 ${WIRELESS_ADDRESSES} 0000 ${SNAP}`)],
  'PPI': [192, prefix(`00 00 0800 69000000 0801 0000 ${WIRELESS_ADDRESSES} 0000 ${SNAP}`)],
  'IP in IP': [1, inIp(4)],
  'GRE': [1, inIp(47, '0000 0800')],
  'GRE with checksum, key and number': [1, inIp(47, 'b000 0800 00000000 00000001 00000002')],
  'Ethernet in GRE': [1, inIp(47, `0000 6558 ${ETHERNET}`)],
  'PPP in GRE': [1, (ip) => inIp(47, `3081 880b ${hex16(ip.length + 4)} 0001 00000001 00000001 ff03 0021`)(ip)],
  'VXLAN': [1, inUdp(4789, `08000000 00000100 ${ETHERNET}`)],
  'Geneve': [1, inUdp(6081, `0100 6558 00000100 00000000 ${ETHERNET}`)],
  'GTP': [1, (ip) => inUdp(2152, `30 ff ${hex16(ip.length)} 00000001`)(ip)],
  'an authentication header': [1, (ip) => before(ETHERNET, ipv4Bytes(before(`06 04 0000 00000001 00000001 ${'00'.repeat(12)}`, ip.subarray(20)), { protocol: 51 }))],
  'IPv4 options': [1, (ip) => before(ETHERNET, ipv4Bytes(ip.subarray(20), { options: hex('94040000') }))],
};

export const FIRST_PORT = 20_000;

/** A frame for each, in the order of `WRAPS`. */
export function wrappedFrames(): FrameToWrite[] {
  return Object.values(WRAPS).map(([linkType, wrap], index) => ({
    linkType,
    bytes: wrap(ipv4Bytes(tcpBytes({ sourcePort: FIRST_PORT + index, seq: 1000, payload: bytesOf('data') }))),
  }));
}

/** IPv6 in IPv4, and extension headers. */
export function ipv6Frames(): FrameToWrite[] {
  const segment = tcpBytes({ sourcePort: FIRST_PORT + 100, payload: bytesOf('data') });
  const plain = ipv6Bytes(segment, ADDRESS);
  const extended = ipv6Bytes(before('3c00 010400000000 0600 010400000000', segment), { ...ADDRESS, protocol: 0 });
  return [
    { linkType: 1, bytes: before(`${MAC} 86dd`, plain) },
    { linkType: 1, bytes: inIp(41)(plain) },
    { linkType: 229, bytes: extended },
    { linkType: 0, bytes: before('1e000000', plain) },
  ];
}
