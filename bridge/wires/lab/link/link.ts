/**
 * The wire between the two hosts of the lab. Every IP packet that one host sends passes through it to the other. The
 * link knows a run by the client's port. Packets of no run pass as they are. It knows neither how hosts are made nor what
 * programs do on them.
 *
 *     client's host ─ packet ─▶ link ─ of which run? ─▶ flow: faults, hold, transit ─▶ server's host, and back
 *                                 └─ of none ─────────────────────────────────────────▶
 */
import { monotonicUs } from '../../../machine/clock.ts';
import { ShortLivedMap } from '../../../machine/short-lived-collections.ts';
import { PacketError } from '../../../packet/packet-error.ts';
import { decodeTcpPacket, type TcpPacket } from '../../../packet/packet.ts';
import { otherSide, type Side } from '../../../trace/step.ts';
import type { LinkFlow } from './flow.ts';
import type { Deliver } from './transit.ts';

export class Link {
  readonly #deliver: Deliver;
  /** By the client's port. */
  readonly #flows = new ShortLivedMap<number, LinkFlow>();

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  add(port: number, flow: LinkFlow): void {
    this.#flows.set(port, flow);
  }

  remove(port: number, flow: LinkFlow): void {
    if (this.#flows.get(port) === flow) this.#flows.delete(port);
  }

  flow(port: number): LinkFlow | undefined {
    return this.#flows.get(port);
  }

  /** @param at when the sender's host read it from its kernel: microseconds of the monotonic clock */
  carry(from: Side, packet: Uint8Array, at: number): void {
    if (!isIp(packet)) return;
    const decoded = decode(packet);
    const port = decoded && (from === 'client' ? decoded.tcp.sourcePort : decoded.tcp.destinationPort);
    const flow = port === undefined ? undefined : this.#flows.get(port);
    if (flow && decoded) flow.carry(from, packet, decoded, at, monotonicUs());
    else this.#deliver(otherSide(from), packet);
  }
}

function isIp([first = 0]: Uint8Array): boolean {
  return first >> 4 === 4 || first >> 4 === 6;
}

/** @returns nothing for a packet that is not TCP, such as an ICMP message */
function decode(packet: Uint8Array): TcpPacket | undefined {
  try {
    return decodeTcpPacket(packet);
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}
