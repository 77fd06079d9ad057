import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIpv4 } from '../../../../../bridge/packet/ipv4.ts';
import { parseIpv6 } from '../../../../../bridge/packet/ipv6.ts';
import { decodeTcpPacket } from '../../../../../bridge/packet/packet.ts';
import { AddressRewriter, connectionOf } from '../../../../../bridge/wires/lab/host/address-rewriter.ts';
import { clientOnWire, onWire, whereServerListens } from '../../../../../bridge/wires/lab/host/own-addresses.ts';
import { packetHeader } from '../../../../../bridge/wires/lab/host/packet-header.ts';
import { checksumsHold, ipv6Bytes, tcpBytes, tcpPacket } from '../../../../helpers/packets/packets.ts';

const SERVER = { ipv4: '10.77.0.2', ipv6: 'fd77::2' };
const PORTS = { sourcePort: 40_000, destinationPort: 65_432 };

function packet(source: string, destination: string, payload = new Uint8Array()): Uint8Array {
  const tcp = { ...PORTS, payload };
  if (!source.includes(':'))
    return tcpPacket(tcp, { source: [...parseIpv4(source)], destination: [...parseIpv4(destination)] });
  return ipv6Bytes(tcpBytes(tcp), { source: parseIpv6(source), destination: parseIpv6(destination) });
}

/** Source and destination, where all checksums hold. */
function way(bytes: Uint8Array): [string, string] {
  expect(bytes).toSatisfy(checksumsHold);
  const { ip } = decodeTcpPacket(bytes);
  return [ip.source, ip.destination];
}

const address = fc.constantFrom('127.0.0.1', '10.77.0.2', '127.0.0.9');
const address6 = fc.constantFrom('::1', 'fd77::2', 'fe80::9');

test.each([
  ['IPv4', address, '10.77.0.1'],
  ['IPv6', address6, 'fd77::1'],
])('%s: the kernel and the wire each see the address that they know, and nothing else changes', (_, any, peer) => {
  fc.assert(
    fc.property(any, any, fc.uint8Array({ maxLength: 30 }), (kernel, wire, payload) => {
      const rewriter = new AddressRewriter();
      rewriter.begin('it', { kernel, wire });
      const inward = rewriter.inward(packet(peer, wire, payload), 'it');
      expect(way(inward)).toEqual([peer, kernel]);
      const outward = rewriter.outward(packet(kernel, peer, payload), 'it');
      expect(way(outward)).toEqual([wire, peer]);
      for (const { tcp } of [inward, outward].map((bytes) => decodeTcpPacket(bytes)))
        expect([...tcp.payload]).toEqual([...payload]);
      expect(rewriter.kernelAddress('it') ?? wire).toBe(kernel);
      expect(way(rewriter.inward(packet(peer, wire), 'another'))).toEqual([peer, wire]);
    }),
  );
});

test('a connection that begins again is decided anew', () => {
  const rewriter = new AddressRewriter();
  rewriter.begin('it', { kernel: '127.0.0.1', wire: '10.77.0.2' });
  rewriter.begin('it', { kernel: '10.77.0.2', wire: '10.77.0.2' });
  const bytes = packet('10.77.0.1', '10.77.0.2');
  expect(rewriter.inward(bytes, 'it')).toBe(bytes);
  expect(rewriter.kernelAddress('it')).toBeUndefined();
});

test('a connection has one name for both ways, and another in the other version of IP', () => {
  const names = [packet('10.77.0.1', '10.77.0.2'), packet('fd77::1', 'fd77::2')].map((bytes) =>
    connectionOf(packetHeader(bytes)!, PORTS.sourcePort, PORTS.destinationPort),
  );
  expect(new Set(names).size).toBe(2);
});

/** One bound to all addresses listens on every one of its version. */
const listensOn =
  (...bound: string[]) =>
  (asked: string) =>
    bound.some(
      (one) => one === asked || (one === '0.0.0.0' && !asked.includes(':')) || (one === '::' && asked.includes(':')),
    );

test.each([
  ['10.77.0.2', ['127.0.0.1'], '127.0.0.1'],
  ['10.77.0.2', ['127.0.0.1', '10.77.0.2'], '10.77.0.2'],
  ['10.77.0.2', ['0.0.0.0'], '10.77.0.2'],
  ['127.0.0.1', ['0.0.0.0'], '127.0.0.1'],
  ['127.0.0.1', ['127.0.0.1', '10.77.0.2'], '127.0.0.1'],
  ['127.0.0.1', ['10.77.0.2'], '10.77.0.2'],
  ['127.0.0.9', ['127.0.0.1'], '127.0.0.1'],
  ['127.0.0.1', ['::1'], '127.0.0.1'],
  ['10.77.0.2', [], '10.77.0.2'],
  ['fd77::2', ['::1'], '::1'],
  ['::1', ['::'], '::1'],
  ['::1', ['fd77::2'], 'fd77::2'],
  ['fd77::2', ['127.0.0.1', '0.0.0.0'], 'fd77::2'],
])('a client that dials %s, and a server on %j: to %s', (dialled, bound, to) => {
  expect(whereServerListens(dialled, SERVER, '127.0.0.1', listensOn(...bound))).toBe(to);
});

test('with a target such as 127.0.0.2, the server is reached there', () => {
  expect(whereServerListens('10.77.0.2', SERVER, '127.0.0.2', listensOn('127.0.0.2'))).toBe('127.0.0.2');
});

test('a client whose socket is bound to a loopback address has the host’s own on the wire', () => {
  for (const [source, wire] of [
    ['127.0.0.1', '10.77.0.2'],
    ['::1', 'fd77::2'],
    ['10.77.0.2', '10.77.0.2'],
    ['fd77::2', 'fd77::2'],
  ] as const) {
    expect(clientOnWire(source, SERVER)).toBe(wire);
    expect(onWire(SERVER, source)).toBe(wire);
  }
});
