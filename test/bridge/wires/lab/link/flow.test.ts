import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeTcpPacket } from '../../../../../bridge/packet/packet.ts';
import type { Side, TcpState } from '../../../../../bridge/trace/step.ts';
import { ACK, data, PlayedFlow, SYN, SYN_ACK } from '../../../../helpers/simulated/played-flow.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

describe('a segment', () => {
  test('is told as under way, then as delivered when its host says that its kernel got it', () => {
    const played = new PlayedFlow();
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
    const played = new PlayedFlow();
    played.send('client', { ...SYN, options: Uint8Array.of(2, 4, 5, 0xb4) });
    played.send('server', SYN_ACK);
    const packet = played.send('client', data('hi'));
    const [syn, , told] = played.segments;
    expect(syn).toMatchObject({ rawSeq: 1000, options: ['mss 1460'], evidence: 'captured' });
    expect(told).toMatchObject({ seq: 1, ack: 1, length: 2, payload: '6869', flags: ['PSH', 'ACK'] });
    expect(told!.header! + told!.payload).toBe(Buffer.from(packet).toString('hex'));
  });

  test('sent again is told as what it is', () => {
    const played = new PlayedFlow({ drop: [{ kind: 'SYN' }] });
    played.send('client', SYN);
    played.send('client', SYN, 1_000_000);
    expect(played.segments).toMatchObject([
      { id: 'client.syn', fate: 'dropped' },
      { id: 'client.syn.1', fate: 'underway', retransmissionOf: 'client.syn' },
    ]);
  });

  test('that is dropped is told once, and nobody gets it', () => {
    const played = new PlayedFlow({ drop: [{ kind: 'data' }] });
    played.send('client', data('lost'));
    vi.runAllTimers();
    expect(played.deliveries).toEqual([]);
    expect(played.segments).toMatchObject([{ fate: 'dropped' }]);
    expect(played.flow.busy).toBe(false);
  });

  test('that is dropped and would have had a copy has none', () => {
    const played = new PlayedFlow({ drop: [{}], duplicatePercent: 100 });
    played.send('client', SYN);
    vi.runAllTimers();
    expect(played.deliveries).toEqual([]);
    expect(played.segments).toHaveLength(1);
  });
});

test('each host confirms what came to it, in the order in which it was delivered', () => {
  const played = new PlayedFlow();
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
  const played = new PlayedFlow();
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
  const played = new PlayedFlow();
  played.look('client', 'TIME_WAIT', 5, 60_000);
  expect(played.sightings).toMatchObject([{ state: 'TIME_WAIT', expiresMs: 60_000 }]);
  expect(new Set(played.reports.map(({ id }) => id)).size).toBe(1);
});

describe('a duplicate', () => {
  test('is a step of its own, names the segment, and arrives by itself', () => {
    const played = new PlayedFlow({ duplicatePercent: 100 });
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
    const played = new PlayedFlow({ duplicatePercent: 100 });
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
    const played = new PlayedFlow({ delayMs: 40 });
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
        const played = new PlayedFlow(settings);
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
      const played = new PlayedFlow({ reorderPercent: 50, delayMs: 5, seed });
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
    const played = new PlayedFlow({ delayMs: 10 });
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
      const played = new PlayedFlow();
      played.look(side, state);
      expect(played.flow.busy).toBe(busy);
    }
  });
});
