import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipv4HeaderIsIntact, tcpIsIntact } from '../../../../../bridge/packet/checksum.ts';
import { decodeTcpPacket } from '../../../../../bridge/packet/packet.ts';
import type { Flag } from '../../../../../bridge/trace/step.ts';
import { LoopbackRewriter } from '../../../../../bridge/wires/lab/host/loopback-rewriter.ts';
import { tcpPacket } from '../../../../helpers/packets/packets.ts';

const CLIENT = [10, 77, 0, 1];
const SERVER = [10, 77, 0, 2];
const LOOPBACK = [127, 0, 0, 1];
const CLIENT_PORT = 40_000;
const SERVER_PORT = 65_432;

/** A rewriter on a host with listeners, `address:port`; one on 0.0.0.0 is found on every address. */
function rewriterFor(...listeners: string[]): LoopbackRewriter {
  return new LoopbackRewriter({ address: '10.77.0.2', loopback: '127.0.0.1' }, (address, port) =>
    [`${address}:${port}`, `0.0.0.0:${port}`].some((name) => listeners.includes(name)),
  );
}

const toServer = (flags: Flag[], payload = new Uint8Array(), sourcePort = CLIENT_PORT): Uint8Array =>
  tcpPacket({ sourcePort, destinationPort: SERVER_PORT, flags, payload }, { source: CLIENT, destination: SERVER });
const fromServer = (flags: Flag[], source: readonly number[], payload = new Uint8Array()): Uint8Array =>
  tcpPacket({ sourcePort: SERVER_PORT, destinationPort: CLIENT_PORT, flags, payload }, { source, destination: CLIENT });

/** Source and destination, where both checksums hold. */
function way(packet: Uint8Array): [string, string] {
  const { ip } = decodeTcpPacket(packet);
  expect(ipv4HeaderIsIntact(packet)).toBe(true);
  expect(tcpIsIntact(packet, ip)).toBe(true);
  return [ip.source, ip.destination];
}

const inward = (rewriter: LoopbackRewriter, packet: Uint8Array, opens: boolean, port = CLIENT_PORT): [string, string] =>
  way(rewriter.inward(packet, port, SERVER_PORT, opens));

test('a server on 127.0.0.1 gets what is for the host, and its answers leave as the host’s', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (payloads) => {
      const rewriter = rewriterFor('127.0.0.1:65432');
      expect(inward(rewriter, toServer(['SYN']), true)).toEqual(['10.77.0.1', '127.0.0.1']);
      expect(way(rewriter.outward(fromServer(['SYN', 'ACK'], LOOPBACK), CLIENT_PORT))).toEqual([
        '10.77.0.2',
        '10.77.0.1',
      ]);
      for (const payload of payloads) {
        const packet = toServer(['PSH', 'ACK'], payload);
        expect(inward(rewriter, packet, false)).toEqual(['10.77.0.1', '127.0.0.1']);
        const answer = rewriter.outward(fromServer(['PSH', 'ACK'], LOOPBACK, payload), CLIENT_PORT);
        expect(way(answer)).toEqual(['10.77.0.2', '10.77.0.1']);
        expect([...decodeTcpPacket(answer).tcp.payload]).toEqual([...payload]);
      }
      expect(rewriter.localAddress(CLIENT_PORT)).toBe('127.0.0.1');
    }),
  );
});

test.each([
  ['on the host’s own address', ['10.77.0.2:65432']],
  ['on all addresses', ['0.0.0.0:65432']],
  ['on both addresses', ['10.77.0.2:65432', '127.0.0.1:65432']],
  ['nowhere', []],
  ['on another port', ['127.0.0.1:65433']],
])('a server that listens %s: the packets stay as they are', (_where, listeners) => {
  const rewriter = rewriterFor(...listeners);
  for (const [packet, opens] of [
    [toServer(['SYN']), true],
    [toServer(['PSH', 'ACK'], Uint8Array.of(0, 121)), false],
  ] as const) {
    const before = packet.slice();
    expect(rewriter.inward(packet, CLIENT_PORT, SERVER_PORT, opens)).toEqual(before);
  }
  const answer = fromServer(['PSH', 'ACK'], SERVER, Uint8Array.of(1));
  expect(rewriter.outward(answer.slice(), CLIENT_PORT)).toEqual(answer);
  expect(rewriter.localAddress(CLIENT_PORT)).toBe('10.77.0.2');
});

test('the SYN decides: a listener that comes or goes later changes nothing for this connection', () => {
  const listeners = ['127.0.0.1:65432'];
  const rewriter = new LoopbackRewriter({ address: '10.77.0.2', loopback: '127.0.0.1' }, (address, port) =>
    listeners.includes(`${address}:${port}`),
  );
  inward(rewriter, toServer(['SYN']), true);
  listeners[0] = '10.77.0.2:65432';
  expect(inward(rewriter, toServer(['ACK']), false)).toEqual(['10.77.0.1', '127.0.0.1']);
  const other = 40_001;
  expect(inward(rewriter, toServer(['SYN'], undefined, other), true, other)).toEqual(['10.77.0.1', '10.77.0.2']);
  listeners[0] = '127.0.0.1:65432';
  expect(inward(rewriter, toServer(['ACK'], undefined, other), false, other)).toEqual(['10.77.0.1', '10.77.0.2']);
});

test('a port that is used again is decided anew', () => {
  const listeners = ['127.0.0.1:65432'];
  const rewriter = new LoopbackRewriter({ address: '10.77.0.2', loopback: '127.0.0.1' }, (address, port) =>
    listeners.includes(`${address}:${port}`),
  );
  inward(rewriter, toServer(['SYN']), true);
  listeners[0] = '10.77.0.2:65432';
  expect(inward(rewriter, toServer(['SYN']), true)).toEqual(['10.77.0.1', '10.77.0.2']);
  expect(rewriter.localAddress(CLIENT_PORT)).toBe('10.77.0.2');
});

test('what belongs to no connection that was seen to begin stays as it is', () => {
  const rewriter = rewriterFor('127.0.0.1:65432');
  expect(inward(rewriter, toServer(['ACK']), false)).toEqual(['10.77.0.1', '10.77.0.2']);
  expect(rewriter.localAddress(CLIENT_PORT)).toBe('10.77.0.2');
});
