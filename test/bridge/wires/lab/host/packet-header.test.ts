import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketError } from '../../../../../bridge/packet/packet-error.ts';
import { decodeTcpPacket, type TcpPacket } from '../../../../../bridge/packet/packet.ts';
import type { Flag } from '../../../../../bridge/trace/step.ts';
import { packetHeader } from '../../../../../bridge/wires/lab/host/packet-header.ts';
import { ipv4Bytes, ipv6Bytes, tcpBytes, tcpPacket } from '../../../../helpers/packets/packets.ts';

function decoded(packet: Uint8Array): TcpPacket | undefined {
  try {
    return decodeTcpPacket(packet);
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

function expectAgreement(packet: Uint8Array): void {
  const header = packetHeader(packet);
  const whole = decoded(packet);
  if (!whole) return;
  const { version, source, destination, headerLength } = whole.ip;
  const hasExtensions = version === 6 && headerLength > 40;
  if (hasExtensions) return void expect(header).toBeUndefined();
  const { sourcePort, destinationPort, flags } = whole.tcp;
  const opens = flags.includes('SYN') && !flags.includes('ACK');
  expect(header).toEqual({ version, source, destination, sourcePort, destinationPort, opens });
}

const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const address6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const anyIpv4 = fc
  .record({
    sourcePort: fc.nat(0xffff),
    destinationPort: fc.nat(0xffff),
    flags: fc.subarray<Flag>(['SYN', 'ACK', 'PSH', 'FIN', 'RST', 'URG', 'ECE', 'CWR']),
    payload: fc.uint8Array({ maxLength: 20 }),
    tcpOptions: fc.uint8Array({ maxLength: 40 }),
    source: address,
    destination: address,
    options: fc.nat(10).map((words) => new Uint8Array(words * 4).fill(1)),
    fragment: fc.constantFrom(0, 0x4000, 0x2000, 0x2001, 185),
    protocol: fc.constantFrom(6, 6, 6, 17),
  })
  .map(({ source, destination, options, fragment, protocol, tcpOptions, ...tcp }) =>
    tcpPacket({ ...tcp, options: tcpOptions }, { source, destination, options, fragment, protocol }),
  );

/** Now and then with an extension header: destination options, eight bytes. */
const anyIpv6 = fc
  .record({ source: address6, destination: address6, protocol: fc.constantFrom(6, 6, 6, 17, 60) })
  .chain((fields) => anyIpv4.map((packet) => ({ fields, segment: packet.subarray((packet[0]! & 15) * 4) })))
  .map(({ fields, segment }) =>
    ipv6Bytes(fields.protocol === 60 ? Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0, ...segment) : segment, fields),
  );
const anyPacket = fc.oneof(anyIpv4, anyIpv6);

test('it agrees with the decoder on every packet that the decoder reads', () => {
  fc.assert(fc.property(anyPacket, expectAgreement), { numRuns: 500 });
});

test('cut anywhere, and with any byte changed, it throws nothing and agrees', () => {
  fc.assert(
    fc.property(anyPacket, fc.nat(100), fc.nat(60), fc.nat(255), (packet, cut, at, value) => {
      if (at < packet.length) packet[at] = value;
      expectAgreement(packet);
      expectAgreement(packet.subarray(0, cut));
    }),
    { numRuns: 1000 },
  );
});

test('whatever the bytes are, it throws nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.boolean(), (bytes, likely) => {
      if (likely && bytes.length > 9) {
        bytes[0] = (bytes[1]! & 1 ? 0x40 : 0x60) | (bytes[0]! & 15);
        bytes[9] = bytes[6] = 6;
      }
      expectAgreement(bytes);
    }),
    { numRuns: 2000 },
  );
  expect(packetHeader(new Uint8Array())).toBeUndefined();
});

test('a view into a larger buffer is read where it is', () => {
  const packet = tcpPacket({ sourcePort: 1234, destinationPort: 80, flags: ['SYN'] });
  const larger = new Uint8Array(packet.length + 14).fill(0xff);
  larger.set(packet, 7);
  expect(packetHeader(larger.subarray(7, 7 + packet.length))).toEqual(packetHeader(packet));
});

test('nothing is told of what has no TCP header of its own', () => {
  const packet = tcpPacket({ flags: ['SYN'] });
  expect(packetHeader(packet)).toMatchObject({ opens: true });
  expect(packetHeader(ipv4Bytes(new Uint8Array(20), { protocol: 1 })), 'ICMP').toBeUndefined();
  expect(packetHeader(tcpPacket({}, { fragment: 0x2001 })), 'a later fragment').toBeUndefined();
  expect(packetHeader(packet.subarray(0, 39)), 'a byte short').toBeUndefined();
  const ends = { source: new Uint8Array(16), destination: new Uint8Array(16) };
  const six = ipv6Bytes(tcpBytes({ flags: ['SYN'] }), ends);
  expect(packetHeader(six)).toMatchObject({ opens: true });
  expect(packetHeader(six.subarray(0, 59)), 'IPv6, a byte short').toBeUndefined();
  expect(packetHeader(ipv6Bytes(new Uint8Array(20), { ...ends, protocol: 58 })), 'ICMPv6').toBeUndefined();
  expect(packetHeader(Uint8Array.of(0x44, ...packet.subarray(1))), 'a header of 16 bytes').toBeUndefined();
});
