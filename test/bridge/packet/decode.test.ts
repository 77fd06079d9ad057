import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4HeaderIsIntact, tcpIsIntact } from '../../../bridge/packet/checksum.ts';
import { decodeIpv4, parseIpv4 } from '../../../bridge/packet/ipv4.ts';
import { decodeIpv6, ipv6Text, parseIpv6 } from '../../../bridge/packet/ipv6.ts';
import { decodeIp, decodeTcpPacket } from '../../../bridge/packet/packet.ts';
import { decodeTcp } from '../../../bridge/packet/tcp.ts';
import { bytesOf, hex, tcpBytes, tcpPacket } from '../../helpers/packets/packets.ts';

const code = (code: string): unknown => expect.objectContaining({ name: 'PacketError', code });

/** A SYN that a Linux kernel sent on the loopback interface. */
const SYN = hex(`
  4500 003c a6ff 4000 4006 95ba 7f00 0001 7f00 0001
  9d1c ff98 9157 4a54 0000 0000 a002 ffd7 fe30 0000
  0204 ffd7 0402 080a 89a1 b2c3 0000 0000 0103 0307`);

describe('IPv4, RFC 791', () => {
  test('the fields of a header', () => {
    expect(decodeIpv4(SYN)).toMatchObject({
      version: 4,
      headerLength: 20,
      trafficClass: 0,
      totalLength: 60,
      identification: 0xa6ff,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: 64,
      protocol: 6,
      checksum: 0x95ba,
      source: '127.0.0.1',
      destination: '127.0.0.1',
      payloadLength: 40,
    });
    expect(ipv4HeaderIsIntact(SYN)).toBe(true);
  });

  test('what a link added behind the packet is not its payload', () => {
    const packet = tcpPacket({ payload: bytesOf('PAR') });
    expect(decodeIpv4(Uint8Array.from([...packet, 0, 0, 0]))).toEqual(decodeIpv4(packet));
  });

  test('a capture cut short tells how long the payload was', () => {
    const { payload, payloadLength } = decodeIpv4(tcpPacket({ payload: new Uint8Array(1000) }).subarray(0, 68));
    expect([payload.length, payloadLength]).toEqual([48, 1020]);
  });

  test('options, fragments, and a length of zero', () => {
    const packet = tcpPacket({}, { options: hex('94040000'), fragment: 0x2001 });
    expect(decodeIpv4(packet)).toMatchObject({ options: hex('94040000'), moreFragments: true, fragmentOffset: 8 });
    packet.set([0, 0], 2);
    expect(decodeIpv4(packet)).toMatchObject({ totalLength: 44, payloadLength: 20 });
  });

  test.each([
    ['', 'TRUNCATED'],
    ['45', 'TRUNCATED'],
    ['6500', 'NOT_IPV4'],
    ['44000014 00000000 40060000 7f000001 7f000001', 'BAD_HEADER_LENGTH'],
    ['46000013 00000000 40060000 7f000001 7f000001 00000000', 'BAD_TOTAL_LENGTH'],
    ['46000018 00000000 40060000 7f000001 7f000001', 'TRUNCATED'],
  ])('%s: %s', (bytes, why) => expect(() => decodeIpv4(hex(bytes))).toThrow(code(why) as Error));

  test('addresses', () => {
    expect([...parseIpv4('10.77.0.255')]).toEqual([10, 77, 0, 255]);
    for (const text of ['', '1.2.3', '1.2.3.256', '1.2.3.4.5', '1.2.3.x', '::1'])
      expect(() => parseIpv4(text)).toThrow(code('BAD_ADDRESS') as Error);
  });
});

describe('IPv6, RFC 8200', () => {
  const fixed = (next: string, length: number): string =>
    `60012345 ${length.toString(16).padStart(4, '0')}${next}40 ${'0'.repeat(31)}1 fd00${'0'.repeat(27)}2`;
  const tcp = Buffer.from(tcpBytes({ flags: ['SYN'] })).toString('hex');

  test('the fields of a header', () => {
    expect(decodeIpv6(hex(fixed('06', 20) + tcp))).toMatchObject({
      version: 6,
      headerLength: 40,
      flowLabel: 0x12345,
      hopLimit: 64,
      protocol: 6,
      source: '::1',
      destination: 'fd00::2',
      payloadLength: 20,
    });
  });

  test('extension headers: hop-by-hop, routing, first fragment, authentication, destination options', () => {
    const extensions = `2b00${'00'.repeat(6)} 2c00${'00'.repeat(6)} 33000001${'00'.repeat(4)} 3c01${'00'.repeat(10)} 0601${'00'.repeat(14)}`;
    const length = hex(extensions).length;
    const packet = decodeTcpPacket(hex(fixed('00', length + 20) + extensions + tcp));
    expect(packet.ip).toMatchObject({ headerLength: 40 + length, protocol: 6, moreFragments: true, payloadLength: 20 });
    expect(packet.tcp.flags).toEqual(['SYN']);
  });

  test('addresses: whatever is written is read again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect([...parseIpv6(ipv6Text(bytes))]).toEqual([...bytes]);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const { hostname } = new URL(`http://[${text}]`);
        expect([...parseIpv6(hostname.slice(1, -1))]).toEqual([...parseIpv6(text)]);
      }),
    );
    expect([...parseIpv6('::ffff:10.77.0.1')].slice(-6)).toEqual([255, 255, 10, 77, 0, 1]);
    const bad = ['', ':', ':::', '1', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '::g'];
    for (const text of [...bad, '::12345', '10.77.0.1', '::1.2.3', '::1.2.3.256', '::1%lo'])
      expect(() => parseIpv6(text), text).toThrow(code('BAD_ADDRESS') as Error);
  });

  test('a later fragment has no TCP header', () => {
    const packet = hex(`${fixed('2c', 28)} 0600 0008 00000000 ${tcp}`);
    expect(() => decodeTcpPacket(packet)).toThrow(code('FRAGMENT') as Error);
  });

  test.each([
    [fixed('00', 4) + '06000000', 'BAD_HEADER_LENGTH'],
    [fixed('00', 8) + '06ff000000000000', 'BAD_HEADER_LENGTH'],
    [fixed('00', 40) + '060200', 'TRUNCATED'],
    [fixed('00', 40) + '0602000000000000', 'TRUNCATED'],
    ['60', 'TRUNCATED'],
    ['45', 'NOT_IPV6'],
  ])('%s: %s', (bytes, why) => expect(() => decodeIpv6(hex(bytes))).toThrow(code(why) as Error));

  test.each([
    ['00000000000000000000000000000000', '::'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['00000000000000000000ffff7f000001', '::ffff:127.0.0.1'],
  ])('address %s is %s, by RFC 5952', (bytes, text) => expect(ipv6Text(hex(bytes))).toBe(text));
});

describe('TCP, RFC 9293 §3.1', () => {
  test('the fields of a SYN', () => {
    const { ip, tcp, header } = decodeTcpPacket(SYN);
    expect(tcp).toMatchObject({
      sourcePort: 40220,
      destinationPort: 65432,
      seq: 0x91574a54,
      ack: 0,
      headerLength: 40,
      reserved: 0,
      flags: ['SYN'],
      window: 65495,
      checksum: 0xfe30,
      urgentPointer: 0,
      payloadLength: 0,
    });
    expect(header).toBe(Buffer.from(SYN).toString('hex'));
    // The loopback interface leaves the checksum to a card that it does not have.
    expect(tcpIsIntact(SYN, ip)).toBe(false);
  });

  test('all flags, in one order, and the bits before them', () => {
    const bytes = tcpBytes({ flags: ['ACK', 'CWR', 'ECE', 'FIN', 'PSH', 'RST', 'SYN', 'URG'], reserved: 0b1011 });
    const { flags, reserved } = decodeTcp(bytes);
    expect(flags).toEqual(['SYN', 'FIN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR']);
    expect(reserved).toBe(0b1011);
    expect(decodeTcp(tcpBytes({ flags: [] })).flags).toEqual([]);
  });

  test('numbers are unsigned', () => {
    expect(decodeTcp(tcpBytes({ seq: 0xfffffffe, ack: 0x80000000 }))).toMatchObject({
      seq: 4294967294,
      ack: 2147483648,
    });
  });

  test('data, and data of which only the beginning was captured', () => {
    const bytes = tcpBytes({ payload: bytesOf('ÍMPAR') });
    expect(decodeTcp(bytes)).toMatchObject({ payload: bytesOf('ÍMPAR'), payloadLength: 6 });
    expect(decodeTcp(bytes.subarray(0, 22), bytes.length)).toMatchObject({ payload: hex('c38d'), payloadLength: 6 });
    expect(decodeTcp(bytes.subarray(0, 20), bytes.length)).toMatchObject({ payload: hex(''), payloadLength: 6 });
  });

  test.each([
    ['9c40ff98', 'TRUNCATED'],
    ['9c40ff98 00000000 00000000 40100200 00000000', 'BAD_HEADER_LENGTH'],
    ['9c40ff98 00000000 00000000 60100200 00000000', 'BAD_HEADER_LENGTH'],
  ])('%s: %s', (bytes, why) => expect(() => decodeTcp(hex(bytes))).toThrow(code(why) as Error));

  test('other packets say what they are', () => {
    expect(() => decodeTcpPacket(tcpPacket({}, { protocol: 17 }))).toThrow(code('NOT_TCP') as Error);
    expect(() => decodeTcpPacket(tcpPacket({}, { fragment: 3 }))).toThrow(code('FRAGMENT') as Error);
    expect(() => decodeIp(hex('00'))).toThrow(code('NOT_IP') as Error);
    expect(() => decodeIp(hex(''))).toThrow(code('TRUNCATED') as Error);
  });
});
