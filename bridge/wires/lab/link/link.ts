/**
 * The wire between the two hosts of the lab. Every IP packet that one host sends passes through it to the other. The
 * link knows a connection by its two ports. A SYN of no known connection is asked about; what belongs to no run passes as
 * it is. It knows neither how hosts are made nor what programs do on them.
 *
 *     client's host ─ packet ─▶ link ─ of which connection? ─▶ flow: faults, hold, transit ─▶ server's host, and back
 *                                 └─ of none ───────────────────────────────────────────────▶
 */
import { monotonicUs } from '../../../machine/clock.ts';
import { ShortLivedMap } from '../../../machine/short-lived-collections.ts';
import { PacketError } from '../../../packet/packet-error.ts';
import { decodeTcpPacket, type TcpPacket } from '../../../packet/packet.ts';
import { otherSide, type Side } from '../../../trace/step.ts';
import type { LinkFlow } from './flow.ts';
import { flowKey } from '../flow-key.ts';
import type { Deliver } from './transit.ts';

/** The client's port and the server's. */
export interface Ports {
  port: number;
  serverPort: number;
}

/**
 * The client's host has sent a SYN. The packet waits until `carry` is called, with the flow that takes the connection if it
 * belongs to a run.
 * @param known the flow that has had these ports so far
 */
export type OnOpening = (ports: Ports, known: LinkFlow | undefined, carry: (flow?: LinkFlow) => void) => void;

export class Link {
  readonly #deliver: Deliver;
  readonly #onOpening: OnOpening;
  readonly #flows = new ShortLivedMap<number, LinkFlow>();

  constructor(deliver: Deliver, onOpening: OnOpening) {
    this.#deliver = deliver;
    this.#onOpening = onOpening;
  }

  add({ port, serverPort }: Ports, flow: LinkFlow): void {
    this.#flows.set(flowKey(port, serverPort), flow);
  }

  remove({ port, serverPort }: Ports, flow: LinkFlow): void {
    const key = flowKey(port, serverPort);
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
  }

  flow({ port, serverPort }: Ports): LinkFlow | undefined {
    return this.#flows.get(flowKey(port, serverPort));
  }

  /** @param at when the sender's host read it from its kernel: microseconds of the monotonic clock */
  carry(from: Side, packet: Uint8Array, at: number): void {
    if (!isIp(packet)) return;
    const decoded = decode(packet);
    if (!decoded) return this.#deliver(otherSide(from), packet);
    const carry = (flow: LinkFlow | undefined): void => {
      if (flow) flow.carry(from, packet, decoded, at, monotonicUs());
      else this.#deliver(otherSide(from), packet);
    };
    const ports = portsOf(from, decoded);
    const known = this.flow(ports);
    const { flags } = decoded.tcp;
    if (from === 'client' && flags.includes('SYN') && !flags.includes('ACK')) this.#onOpening(ports, known, carry);
    else carry(known);
  }
}

function portsOf(from: Side, { tcp }: TcpPacket): Ports {
  const { sourcePort, destinationPort } = tcp;
  return from === 'client'
    ? { port: sourcePort, serverPort: destinationPort }
    : { port: destinationPort, serverPort: sourcePort };
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
