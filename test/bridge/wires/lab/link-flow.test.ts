import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import type { LinkSettings } from '../../../../bridge/trace/link.ts';
import type { Report, Sighting } from '../../../../bridge/trace/report.ts';
import type { Segment, Side, TcpState } from '../../../../bridge/trace/step.ts';
import { LinkFlow } from '../../../../bridge/wires/lab/link-flow.ts';
import { bytesOf, tcpPacket, type TcpFields } from '../../../helpers/packets.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

/** The monotonic clock at the run's zero, in microseconds: not a whole number, as it never is. */
const ZERO = 123_456_789_012.3;
const ADDRESSES = { client: [10, 77, 0, 1], server: [10, 77, 0, 2] };

interface Delivery {
  to: Side;
  packet: Uint8Array;
  /** Milliseconds of the timers' clock. */
  at: number;
}

/** One run on a link between hosts that the test plays. */
class Played {
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

  /** Confirms whatever was delivered and is not yet confirmed, in order. */
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

const SYN: TcpFields = { flags: ['SYN'], seq: 1000 };
const SYN_ACK: TcpFields = { flags: ['SYN', 'ACK'], seq: 7000, ack: 1001 };
const ACK: TcpFields = { flags: ['ACK'], seq: 1001, ack: 7001 };
const data = (text: string, seq = 1001): TcpFields => ({
  flags: ['PSH', 'ACK'],
  seq,
  ack: 7001,
  payload: bytesOf(text),
});

describe('a segment', () => {
  test('is told as under way, then as delivered when its host says that its kernel got it', () => {
    const played = new Played();
    const packet = played.send('client', SYN, 250.04);
    expect(played.deliveries).toEqual([{ to: 'server', packet, at: 0 }]);
    expect(played.segments).toMatchObject([
      { id: 'client.syn', from: 'client', fate: 'underway', sentAt: 250, seq: 0 },
    ]);
    expect(played.segments[0]).not.toHaveProperty('arrivedAt');
    played.confirm('server', 'SYN_RCVD', 310.06);
    expect(played.segments).toHaveLength(2);
    expect(played.segments[1]).toMatchObject({ id: 'client.syn', fate: 'delivered', sentAt: 250, arrivedAt: 310.1 });
    expect(played.sightings).toMatchObject([{ side: 'server', state: 'SYN_RCVD', at: 330.1 }]);
  });

  test('carries what crossed the wire: headers, numbers, options, data', () => {
    const played = new Played();
    played.send('client', { ...SYN, options: Uint8Array.of(2, 4, 5, 0xb4) });
    played.send('server', SYN_ACK);
    const packet = played.send('client', data('hi'));
    const [syn, , told] = played.segments;
    expect(syn).toMatchObject({ rawSeq: 1000, options: ['mss 1460'], evidence: 'captured' });
    expect(told).toMatchObject({ seq: 1, ack: 1, length: 2, payload: '6869', flags: ['PSH', 'ACK'] });
    expect(told!.header! + told!.payload).toBe(Buffer.from(packet).toString('hex'));
  });

  test('sent again is told as what it is', () => {
    const played = new Played({ drop: [{ kind: 'SYN' }] });
    played.send('client', SYN);
    played.send('client', SYN, 1_000_000);
    expect(played.segments).toMatchObject([
      { id: 'client.syn', fate: 'dropped' },
      { id: 'client.syn.1', fate: 'underway', retransmissionOf: 'client.syn' },
    ]);
  });

  test('that is dropped is told once, and nobody gets it', () => {
    const played = new Played({ drop: [{ kind: 'data' }] });
    played.send('client', data('lost'));
    vi.runAllTimers();
    expect(played.deliveries).toEqual([]);
    expect(played.segments).toMatchObject([{ fate: 'dropped' }]);
    expect(played.flow.busy).toBe(false);
  });

  test('that is dropped and would have had a copy has none', () => {
    const played = new Played({ drop: [{}], duplicatePercent: 100 });
    played.send('client', SYN);
    vi.runAllTimers();
    expect(played.deliveries).toEqual([]);
    expect(played.segments).toHaveLength(1);
  });
});

test('each host confirms what came to it, in the order in which it was delivered', () => {
  const played = new Played();
  played.send('client', SYN, 10);
  played.send('server', SYN_ACK, 20);
  played.send('client', ACK, 30);
  played.send('client', data('x'), 40);
  played.confirm('client', 'ESTABLISHED', 50);
  played.confirm('server', 'SYN_RCVD', 60);
  played.confirm('server', 'ESTABLISHED', 70);
  played.confirm('server', 'ESTABLISHED', 80);
  const delivered = played.segments.filter(({ fate }) => fate === 'delivered');
  expect(delivered.map(({ id, arrivedAt }) => [id, arrivedAt])).toEqual([
    ['server.syn', 50],
    ['client.syn', 60],
    ['client.ack.1', 70],
    ['client.data.1', 80],
  ]);
});

test('a look at a kernel that got nothing confirms nothing', () => {
  const played = new Played();
  played.send('client', SYN, 10);
  played.look('client', 'SYN_SENT', 11);
  played.look('server', 'LISTEN', 12);
  expect(played.segments.map(({ fate }) => fate)).toEqual(['underway']);
  expect(played.sightings.map(({ side, state, at }) => [side, state, at])).toEqual([
    ['client', 'SYN_SENT', 11],
    ['server', 'LISTEN', 12],
  ]);
});

test('how long TIME_WAIT will last is told on', () => {
  const played = new Played();
  played.look('client', 'TIME_WAIT', 5, 60_000);
  expect(played.sightings).toMatchObject([{ state: 'TIME_WAIT', expiresMs: 60_000 }]);
  expect(new Set(played.reports.map(({ id }) => id)).size).toBe(1);
});

describe('a duplicate', () => {
  test('is a step of its own, names the segment, and arrives by itself', () => {
    const played = new Played({ duplicatePercent: 100 });
    const packet = played.send('client', data('twice'), 100);
    expect(played.deliveries.map(({ packet }) => packet)).toEqual([packet, packet]);
    expect(played.deliveries[1]!.packet, 'a host may change its own in place').not.toBe(packet);
    expect(played.segments).toMatchObject([
      { id: 'client.data.1', fate: 'underway' },
      { id: 'client.data.1.copy', duplicateOf: 'client.data.1', fate: 'underway' },
    ]);
    played.confirm('server', 'ESTABLISHED', 150);
    expect(played.flow.busy).toBe(true);
    played.confirm('server', 'ESTABLISHED', 160);
    expect(played.segments.slice(2)).toMatchObject([
      { id: 'client.data.1', fate: 'delivered', arrivedAt: 150 },
      { id: 'client.data.1.copy', duplicateOf: 'client.data.1', fate: 'delivered', arrivedAt: 160 },
    ]);
    expect(played.flow.busy).toBe(false);
  });

  test('is no retransmission, and a retransmission of what was doubled is none of the copy', () => {
    const played = new Played({ duplicatePercent: 100 });
    played.send('client', data('twice'));
    played.send('client', data('twice'), 300_000);
    expect(played.segments.map(({ id, retransmissionOf, duplicateOf }) => [id, retransmissionOf, duplicateOf])).toEqual(
      [
        ['client.data.1', undefined, undefined],
        ['client.data.1.copy', undefined, 'client.data.1'],
        ['client.data.1.1', 'client.data.1', undefined],
        ['client.data.1.1.copy', undefined, 'client.data.1.1'],
      ],
    );
  });
});

describe('a delay', () => {
  test('keeps a packet back until its time', () => {
    const played = new Played({ delayMs: 40 });
    played.send('client', SYN);
    vi.advanceTimersByTime(39);
    expect(played.deliveries).toEqual([]);
    expect(played.segments).toMatchObject([{ fate: 'underway' }]);
    vi.runAllTimers();
    expect(played.deliveries).toMatchObject([{ to: 'server', at: 40 }]);
  });

  const tenths = (max: number): fc.Arbitrary<number> => fc.nat(max * 10).map((number) => number / 10);
  const anySettings = fc.record(
    {
      delayMs: tenths(50),
      jitterMs: tenths(50),
      kbitPerSecond: fc.integer({ min: 20, max: 5000 }),
      duplicatePercent: fc.constantFrom(0, 50),
      seed: fc.nat(),
    },
    { requiredKeys: ['seed'] },
  );

  test('whatever delay, jitter and rate: packets are delivered in the order in which they were sent', () => {
    // Timers round to a millisecond: packets sent some microseconds apart must not change places by that.
    const anyGaps = fc.array(fc.tuple(fc.constantFrom<Side>('client', 'server'), tenths(2500)), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(anySettings, anyGaps, (settings, gaps) => {
        vi.setSystemTime(0);
        const played = new Played(settings);
        let now = 0;
        const sent: Record<Side, number[]> = { client: [], server: [] };
        gaps.forEach(([from, gap], index) => {
          now += gap;
          vi.advanceTimersByTime(Math.max(0, Math.floor(now / 1000) - Date.now()));
          played.send(from, { ...data('x', 2000 + index) }, now);
          sent[from].push(2000 + index);
        });
        vi.runAllTimers();
        played.confirmAll();
        for (const [from, to] of [
          ['client', 'server'],
          ['server', 'client'],
        ] as const) {
          const got = played.deliveries.filter((delivery) => delivery.to === to);
          const numbers = got.map(({ packet }) => decodeTcpPacket(packet).tcp.seq);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          expect([...new Set(numbers)]).toEqual(sent[from]);
        }
        expect(played.segments.filter(({ fate }) => fate === 'delivered')).toHaveLength(played.deliveries.length);
        expect(played.flow.busy).toBe(false);
      }),
    );
  });

  test('one that is overtaken comes after those sent behind it', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      vi.setSystemTime(0);
      const played = new Played({ reorderPercent: 50, delayMs: 5, seed });
      for (let index = 0; index < 10; index += 1) played.send('client', data('x', 2000 + index), index * 10);
      vi.runAllTimers();
      const numbers = played.deliveries.map(({ packet }) => decodeTcpPacket(packet).tcp.seq);
      const inTime = played.deliveries.filter(({ at }) => at < 15).length;
      expect(played.deliveries).toHaveLength(10);
      for (const part of [numbers.slice(0, inTime), numbers.slice(inTime)])
        expect(part).toEqual(part.toSorted((a, b) => a - b));
    }
  });
});

describe('busy', () => {
  test('while a packet is under way, and until its host has confirmed it', () => {
    const played = new Played({ delayMs: 10 });
    expect(played.flow.busy).toBe(false);
    played.send('client', data('x'));
    expect(played.flow.busy).toBe(true);
    vi.runAllTimers();
    expect(played.flow.busy).toBe(true);
    played.confirm('server', 'ESTABLISHED');
    expect(played.flow.busy).toBe(false);
  });

  test.each<[TcpState, boolean]>([
    ['SYN_RCVD', true],
    ['FIN_WAIT_1', true],
    ['CLOSING', true],
    ['LAST_ACK', true],
    ['ESTABLISHED', false],
    ['CLOSE_WAIT', false],
    ['FIN_WAIT_2', false],
    ['TIME_WAIT', false],
    ['CLOSED', false],
    ['LISTEN', false],
  ])('a kernel in %s: %s', (state, busy) => {
    for (const side of ['client', 'server'] as const) {
      const played = new Played();
      played.look(side, state);
      expect(played.flow.busy).toBe(busy);
    }
  });
});

describe('settled', () => {
  test('when both kernels are done with it', () => {
    const played = new Played();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.look('client', 'LAST_ACK');
    played.look('server', 'TIME_WAIT');
    expect(settled).not.toHaveBeenCalled();
    played.look('client', 'CLOSED');
    played.look('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('at once, where they are already', () => {
    const played = new Played();
    played.look('client', 'TIME_WAIT');
    played.look('server', 'LISTEN');
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    expect(settled).toHaveBeenCalledOnce();
  });

  test('not while a packet is under way or unconfirmed', () => {
    const played = new Played({ delayMs: 10 });
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.send('server', { ...ACK, seq: 7001, ack: 1001 });
    played.look('client', 'LAST_ACK');
    vi.runAllTimers();
    expect(settled).not.toHaveBeenCalled();
    played.confirm('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('not before anything is known of the client, and without a server that was never reached', () => {
    const played = new Played();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    expect(settled).not.toHaveBeenCalled();
    played.look('client', 'SYN_SENT');
    expect(settled).not.toHaveBeenCalled();
    played.look('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('an end that is done is given the time to answer what still comes to it', () => {
    const played = new Played();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.send('client', { ...ACK, flags: ['FIN', 'ACK'] });
    played.look('server', 'LISTEN');
    played.look('client', 'TIME_WAIT');
    played.confirm('server', 'LISTEN');
    expect(settled).not.toHaveBeenCalled();
    played.send('server', { flags: ['RST'], seq: 7001 });
    vi.runAllTimers();
    expect(settled).not.toHaveBeenCalled();
    played.confirm('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
    expect(played.segments.at(-1)).toMatchObject({ id: 'server.rst', fate: 'delivered' });
  });

  test('an end that is done may leave it unanswered, and never answers a reset', () => {
    for (const [flags, waits] of [
      [['ACK'], true],
      [['RST'], false],
    ] as const) {
      const played = new Played();
      const settled = vi.fn();
      played.look('client', 'TIME_WAIT');
      played.look('server', 'LISTEN');
      played.send('server', { flags: [...flags], seq: 7001 });
      played.confirm('client', 'TIME_WAIT');
      played.flow.whenSettled(settled);
      expect(settled).toHaveBeenCalledTimes(waits ? 0 : 1);
      vi.runAllTimers();
      expect(settled).toHaveBeenCalledOnce();
    }
  });

  test('a lost segment does not keep it open', () => {
    const played = new Played({ drop: [{ every: true }] });
    played.send('client', SYN);
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.look('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });
});

describe('after stop', () => {
  test('nothing is told, and the wire is told once that the run is over', () => {
    const played = new Played({ delayMs: 10 });
    played.send('client', SYN);
    played.flow.stop();
    expect(played.stopped).toBe(1);
    const before = played.reports.length;
    played.look('client', 'CLOSED');
    vi.runAllTimers();
    played.confirm('server', 'SYN_RCVD');
    expect(played.reports).toHaveLength(before);
  });

  test('packets that were under way are delivered all the same, in order', () => {
    const played = new Played({ delayMs: 10, jitterMs: 5, duplicatePercent: 100, seed: 1 });
    for (let index = 0; index < 5; index += 1) played.send('client', data('x', 2000 + index), index * 700);
    played.flow.stop();
    vi.runAllTimers();
    expect(played.deliveries.map(({ packet }) => decodeTcpPacket(packet).tcp.seq)).toEqual(
      [0, 0, 1, 1, 2, 2, 3, 3, 4, 4].map((index) => 2000 + index),
    );
  });
});
