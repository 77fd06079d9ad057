import { expect, test } from 'vitest';
import { ipPacketIn } from '../../../bridge/packet/link-layer.ts';
import { hex } from '../../helpers/packets/packets.ts';

const addresses = '020000000001 020000000002';

test.each([
  ['raw IP', 101, ''],
  ['raw IP, elsewhere', 12, ''],
  ['raw IP, elsewhere still', 14, ''],
  ['IPv4', 228, ''],
  ['Ethernet', 1, `${addresses} 0800`],
  ['Ethernet, IPv6', 1, `${addresses} 86dd`],
  ['802.1Q', 1, `${addresses} 8100 0005 0800`],
  ['QinQ', 1, `${addresses} 88a8 0005 8100 0006 86dd`],
  ['802.3 with SNAP', 1, `${addresses} 0030 aaaa03 000000 0800`],
  ['PPPoE', 1, `${addresses} 8864 1100 0001 0030 0021`],
  ['BSD loopback, little-endian', 0, '02000000'],
  ['BSD loopback, big-endian', 0, '00000002'],
  ['BSD loopback, IPv6', 0, '1e000000'],
  ['OpenBSD loopback', 108, '00000018'],
  ['Linux cooked', 113, '0000 0304 0006 000000000000 0000 0800'],
  ['Linux cooked 2', 276, '0800 0000 00000001 0304 00 06 0000000000000000'],
])('%s', (_, type, header) => expect(ipPacketIn(type, hex(`${header} 4500`))).toEqual(hex('4500')));

test.each([
  ['ARP', 1, `${addresses} 0806 0001`],
  ['LLC that is not SNAP', 1, `${addresses} 0026 424203`],
  ['PPPoE that carries no IP', 1, `${addresses} 8864 1100 0001 0030 c021`],
  ['another family', 0, '11000000'],
  ['ARP, cooked', 113, '0000 0304 0006 000000000000 0000 0806'],
])('%s: no IP packet', (_, type, frame) => expect(ipPacketIn(type, hex(frame))).toBeUndefined());

test.each([
  [1, addresses],
  [1, `${addresses} 8100 00`],
  [0, '020000'],
  [113, '0000'],
  [276, '0800'],
])('%i, %s: ends early', (type, frame) => expect(() => ipPacketIn(type, hex(frame))).toThrow('bytes of a link'));

test('a link that is not known', () => expect(() => ipPacketIn(147, hex('00'))).toThrow('link type 147'));
