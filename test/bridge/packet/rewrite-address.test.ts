import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { internetChecksum, tcpIsIntact, updateChecksum } from '../../../bridge/packet/checksum.ts';
import { decodeIp } from '../../../bridge/packet/packet.ts';
import { ipv6Text, parseIpv6 } from '../../../bridge/packet/ipv6.ts';
import { rewriteAddress } from '../../../bridge/packet/rewrite-address.ts';
import {
  bytesOf,
  checksumOf,
  checksumsHold,
  hex,
  ipv4Bytes,
  ipv6Bytes,
  tcpBytes,
  tcpPacket,
} from '../../helpers/packets/packets.ts';

const address = fc.ipV4();
const numbers = (text: string): number[] => text.split('.').map(Number);
const payload = fc.uint8Array({ maxLength: 64 });

describe('the checksum of RFC 1071', () => {
  test('its own example', () => expect(internetChecksum(hex('0001f203f4f5f6f7'))).toBe(~0xddf2 & 0xffff));

  test('any bytes, as in the plainest way', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(internetChecksum(bytes)).toBe(checksumOf(bytes));
      }),
    );
  });

  test('tells an intact segment from one with any bit turned', () => {
    fc.assert(
      fc.property(payload, fc.nat(), (data, where) => {
        const packet = tcpPacket({ payload: data });
        expect(tcpIsIntact(packet, decodeIp(packet))).toBe(true);
        packet[20 + (where % (12 + data.length))]! ^= 1 << (where % 8);
        // Ports, numbers: before the header's length.
        if (where % (12 + data.length) < 12) expect(tcpIsIntact(packet, decodeIp(packet))).toBe(false);
      }),
    );
  });

  test('says nothing of a capture cut short', () => {
    const packet = tcpPacket({ payload: bytesOf('PAR') }).subarray(0, 42);
    expect(tcpIsIntact(packet, decodeIp(packet))).toBeUndefined();
  });

  test('the example of RFC 1624 §4', () => expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000));
});

describe('other addresses', () => {
  test('checksums hold, whatever the packet', () => {
    const fields = { options: fc.constantFrom(hex(''), hex('94040000')), identification: fc.nat(0xffff) };
    fc.assert(
      fc.property(payload, fc.record(fields), fc.tuple(address, address, address, address), (data, ip, addresses) => {
        const [from, to, source, destination] = addresses;
        const before = tcpPacket({ payload: data }, { ...ip, source: numbers(from), destination: numbers(to) });
        const packet = rewriteAddress(before, { source, destination });
        expect(decodeIp(packet)).toMatchObject({ source, destination });
        expect(checksumsHold(packet)).toBe(true);
        expect(rewriteAddress(packet, { source: from, destination: to })).toSatisfy(checksumsHold);
        const checksumAt = decodeIp(packet).headerLength + 16;
        const unchanged = (bytes: Uint8Array) =>
          [...bytes].filter((_, at) => at >= 20 && at !== checksumAt && at !== checksumAt + 1);
        expect(unchanged(packet)).toEqual(unchanged(before));
      }),
      { numRuns: 500 },
    );
  });

  test('checksums hold in IPv6, whatever the packet: TCP, UDP and ICMPv6', () => {
    const six = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const content = fc.oneof(
      payload.map((data) => ({ protocol: 6, segment: tcpBytes({ payload: data }) })),
      payload.map((data) => ({
        protocol: 17,
        segment: Uint8Array.from([1, 2, 3, 4, 0, 8 + data.length, 0, 0, ...data]),
      })),
      payload.map((data) => ({ protocol: 58, segment: Uint8Array.from([1, 4, 0, 0, ...data]) })),
    );
    fc.assert(
      fc.property(content, fc.tuple(six, six, six, six), ({ protocol, segment }, [from, to, source, destination]) => {
        const before = ipv6Bytes(segment, { source: from, destination: to, protocol });
        expect(before).toSatisfy(checksumsHold);
        const packet = rewriteAddress(before, { source: ipv6Text(source), destination: ipv6Text(destination) });
        expect(decodeIp(packet)).toMatchObject({ source: ipv6Text(source), destination: ipv6Text(destination) });
        expect(packet).toSatisfy(checksumsHold);
        expect(rewriteAddress(packet, { source: ipv6Text(from), destination: ipv6Text(to) })).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  test('an address of the other version is refused', () => {
    expect(() => rewriteAddress(tcpPacket({}), { source: '::1' })).toThrow('not an IPv4 address');
    const packet = ipv6Bytes(tcpBytes({}), { source: parseIpv6('fd77::1'), destination: parseIpv6('fd77::2') });
    expect(() => rewriteAddress(packet, { source: '127.0.0.1' })).toThrow('not an IPv6 address');
  });

  test('UDP keeps a checksum that holds, and none stays none', () => {
    fc.assert(
      fc.property(payload, address, fc.boolean(), (data, source, summed) => {
        const udp = Uint8Array.from([1, 2, 3, 4, 0, 8 + data.length, 0, 0, ...data]);
        const packet = ipv4Bytes(udp, { protocol: 17 });
        if (!summed) packet.set([0, 0], 26);
        const rewritten = rewriteAddress(packet, { source });
        if (summed) expect(rewritten).toSatisfy(checksumsHold);
        expect(rewritten[26] === 0 && rewritten[27] === 0).toBe(!summed);
      }),
    );
  });

  test('a damaged packet stays damaged', () => {
    const packet = tcpPacket({ payload: bytesOf('PAR') });
    packet[41]! ^= 4;
    expect(checksumsHold(rewriteAddress(packet, { destination: '127.0.0.1' }))).toBe(false);
  });

  test.each([
    ['Uint8Array', (bytes: Uint8Array) => bytes],
    ['Buffer', (bytes: Uint8Array) => Buffer.from(bytes)],
  ])('a copy of a %s, with only the change that was asked for', (_, made) => {
    const packet = made(tcpPacket({}));
    const before = [...packet];
    const rewritten = rewriteAddress(packet, { destination: '127.0.0.1' });
    expect([...packet]).toEqual(before);
    expect(decodeIp(rewritten)).toMatchObject({ source: '10.77.0.1', destination: '127.0.0.1' });
  });

  test('a later fragment and another protocol have no checksum that covers addresses', () => {
    for (const fields of [{ fragment: 5 }, { protocol: 1 }]) {
      const packet = rewriteAddress(ipv4Bytes(new Uint8Array(40), fields), { source: '1.2.3.4' });
      expect([...packet.subarray(20)].filter((byte, at) => byte !== 0 && at !== 16 && at !== 17)).toEqual([]);
      expect(checksumOf(packet.subarray(0, 20))).toBe(0);
    }
  });

  test('an address that is none changes nothing', () => {
    const packet = tcpPacket({});
    const before = packet.slice();
    expect(() => rewriteAddress(packet, { source: '1.2.3.4', destination: 'x' })).toThrow('not an IPv4 address');
    expect(packet).toEqual(before);
  });
});
