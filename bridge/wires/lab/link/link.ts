import { monotonicUs } from '../../../machine/clock.ts';
import { PacketError } from '../../../packet/packet-error.ts';
import { decodeTcpPacket, type TcpPacket } from '../../../packet/packet.ts';
import { ShortLivedMap } from '../../../machine/short-lived.ts';
import type { Side } from '../../../trace/step.ts';
import type { LinkFlow } from './flow.ts';

/** Gives a packet to the kernel of the host on that side. */
export type Deliver = (to: Side, packet: Uint8Array) => void;

const IPV4 = 4;

/**
 * The wire between the two hosts: every IP packet that one sends passes through here on its way to the other. A run's
 * packets are known by the client's port; those of nobody's run pass as they are.
 *
 *     client's host ─ packet ─▶ whose run? ─▶ flow: drop, delay, duplicate, hold ─▶ server's host, and back
 */
export class Link {
  readonly #deliver: Deliver;
  readonly #flows = new ShortLivedMap<number, LinkFlow>();

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  /** @param port the client's */
  add(port: number, flow: LinkFlow): void {
    this.#flows.set(port, flow);
  }

  /** Packets that come later pass as nobody's. */
  remove(port: number, flow: LinkFlow): void {
    if (this.#flows.get(port) === flow) this.#flows.delete(port);
  }

  flow(port: number): LinkFlow | undefined {
    return this.#flows.get(port);
  }

  /** @param at when the sender's host read it from its kernel, in microseconds of the monotonic clock */
  carry(from: Side, packet: Uint8Array, at: number): void {
    if (packet[0] === undefined || packet[0] >> 4 !== IPV4) return;
    const decoded = decode(packet);
    const port = decoded && (from === 'client' ? decoded.tcp.sourcePort : decoded.tcp.destinationPort);
    const flow = port === undefined ? undefined : this.#flows.get(port);
    if (flow && decoded) flow.carry(from, packet, decoded, at, monotonicUs());
    else this.#deliver(from === 'client' ? 'server' : 'client', packet);
  }
}

/** Nothing for what is not TCP, as an ICMP message is not. */
function decode(packet: Uint8Array): TcpPacket | undefined {
  try {
    return decodeTcpPacket(packet);
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}
