import { decodeTcpPacket } from '../../../bridge/packet/packet.ts';
import type { LinkSettings } from '../../../bridge/trace/link.ts';
import type { Report, Sighting } from '../../../bridge/trace/report.ts';
import type { Segment, Side, TcpState } from '../../../bridge/trace/step.ts';
import { LinkFlow } from '../../../bridge/wires/lab/link/flow.ts';
import { bytesOf, tcpPacket, type TcpFields } from '../packets/packets.ts';

/** The monotonic clock at the run's zero, in microseconds: not a whole number, as it never is. */
const ZERO = 123_456_789_012.3;
const ADDRESSES = { client: [10, 77, 0, 1], server: [10, 77, 0, 2] };

export interface Delivery {
  to: Side;
  packet: Uint8Array;
  /** Milliseconds of the timers' clock. */
  at: number;
}

/** One run on a link between hosts that the test plays. */
export class PlayedFlow {
  readonly reports: Report[] = [];
  readonly deliveries: Delivery[] = [];
  readonly flow: LinkFlow;
  stopped = 0;
  #confirmed: Record<Side, number> = { client: 0, server: 0 };

  constructor(settings: LinkSettings = {}) {
    this.flow = new LinkFlow({
      settings,
      zero: ZERO,
      sink: (report) => this.reports.push(report),
      deliver: (to, packet) => this.deliveries.push({ to, packet, at: Date.now() }),
      onStop: () => (this.stopped += 1),
      clock: () => ZERO + Date.now() * 1000,
    });
  }

  /** @param sinceZero when it was sent, in microseconds; by default now, by the timers' clock */
  send(from: Side, tcp: TcpFields, sinceZero = Date.now() * 1000): Uint8Array {
    const ports = {
      sourcePort: from === 'client' ? 40_000 : 65_432,
      destinationPort: from === 'client' ? 65_432 : 40_000,
    };
    const to = from === 'client' ? 'server' : 'client';
    const packet = tcpPacket({ ...ports, ...tcp }, { source: ADDRESSES[from], destination: ADDRESSES[to] });
    this.flow.carry(from, packet, decodeTcpPacket(packet), ZERO + sinceZero, ZERO + sinceZero);
    return packet;
  }

  /** The host on that side says in which state its kernel is. */
  look(side: Side, state: TcpState, sinceZero = Date.now() * 1000, expiresMs?: number): void {
    this.flow.saw(side, { port: 40_000, state, at: ZERO + sinceZero, ...(expiresMs !== undefined && { expiresMs }) });
  }

  /** The host says that its kernel got the next packet. */
  confirm(side: Side, state: TcpState, sinceZero = Date.now() * 1000): void {
    this.#confirmed[side] += 1;
    this.flow.saw(side, { port: 40_000, state, at: ZERO + sinceZero + 20, deliveredAt: ZERO + sinceZero });
  }

  /** Confirms everything that was delivered and is not yet confirmed, in order. */
  confirmAll(state: TcpState = 'ESTABLISHED'): void {
    for (const side of ['client', 'server'] as const) {
      const delivered = this.deliveries.filter(({ to }) => to === side).length;
      while (this.#confirmed[side] < delivered) this.confirm(side, state);
    }
  }

  get segments(): Segment[] {
    return this.reports.filter((report) => report.kind === 'segment');
  }

  get sightings(): Sighting[] {
    return this.reports.filter((report) => report.kind === 'sighting');
  }
}

export const SYN: TcpFields = { flags: ['SYN'], seq: 1000 };
export const SYN_ACK: TcpFields = { flags: ['SYN', 'ACK'], seq: 7000, ack: 1001 };
export const ACK: TcpFields = { flags: ['ACK'], seq: 1001, ack: 7001 };
export const data = (text: string, seq = 1001): TcpFields => ({
  flags: ['PSH', 'ACK'],
  seq,
  ack: 7001,
  payload: bytesOf(text),
});
