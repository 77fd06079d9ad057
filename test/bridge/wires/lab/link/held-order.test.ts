import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeTcpPacket } from '../../../../../bridge/packet/packet.ts';
import type { LinkSettings } from '../../../../../bridge/trace/link.ts';
import type { Segment, Side } from '../../../../../bridge/trace/step.ts';
import { ACK, data, PlayedFlow, SYN } from '../../../../helpers/simulated/played-flow.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const FIN = { ...ACK, flags: ['FIN' as const, 'ACK' as const], seq: 1003 };
const FIRST_DATA: LinkSettings = { hold: [{ kind: 'data' }] };

/** Each segment as it was reported last. */
const last = ({ segments }: PlayedFlow): Segment[] => [...new Map(segments.map((each) => [each.id, each])).values()];
const told = (played: PlayedFlow) => last(played).map(({ id, fate, behind }) => [id, fate, behind]);
const delivered = ({ deliveries }: PlayedFlow, to: Side = 'server') =>
  deliveries.filter((delivery) => delivery.to === to).map(({ packet }) => decodeTcpPacket(packet).tcp.seq);

describe('while a segment is held', () => {
  test('what is sent behind it waits, and says behind which', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    played.send('client', data('cd', 1003));
    played.send('client', { ...FIN, seq: 1005 });
    vi.runAllTimers();
    expect(played.deliveries).toEqual([]);
    expect(told(played)).toEqual([
      ['client.data.1', 'held', undefined],
      ['client.data.3', 'held', 'client.data.1'],
      ['client.fin', 'held', 'client.data.1'],
    ]);
    expect(played.flow.busy).toBe(true);
  });

  test('what goes the other way does not wait', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    const ack = played.send('server', { ...ACK, seq: 7001, ack: 1001 });
    expect(played.deliveries.map(({ packet }) => packet)).toEqual([ack]);
  });

  test('delivered, it takes along what waits behind it', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    played.send('client', FIN);
    vi.advanceTimersByTime(5000);
    played.flow.act('client.data.1', 'deliver');
    expect(delivered(played)).toEqual([1001, 1003]);
    played.confirmAll();
    expect(told(played)).toEqual([
      ['client.data.1', 'delivered', undefined],
      ['client.fin', 'delivered', undefined],
    ]);
  });

  test('the next that is held stops the queue again, and no longer waits behind the first', () => {
    const played = new PlayedFlow({ hold: [{ kind: 'data', every: true }] });
    played.send('client', data('ab'));
    played.send('client', { ...ACK, seq: 1003 });
    played.send('client', data('cd', 1003));
    played.send('client', { ...FIN, seq: 1005 });
    expect(told(played).map(([, , behind]) => behind)).toEqual([
      undefined,
      'client.data.1',
      'client.data.1',
      'client.data.3',
    ]);
    played.flow.act('client.data.1', 'deliver');
    expect(delivered(played)).toEqual([1001, 1003]);
    expect(told(played).slice(2)).toEqual([
      ['client.data.3', 'held', undefined],
      ['client.fin', 'held', 'client.data.3'],
    ]);
  });

  test('one behind it that the viewer delivers goes when its turn comes', () => {
    const played = new PlayedFlow({ hold: true });
    played.send('client', data('ab'));
    played.send('client', FIN);
    played.flow.act('client.fin', 'deliver');
    expect(played.deliveries).toEqual([]);
    expect(told(played)[1]).toEqual(['client.fin', 'held', 'client.data.1']);
    played.flow.act('client.data.1', 'deliver');
    expect(delivered(played)).toEqual([1001, 1003]);
  });

  test('dropped, it lets go of what waits behind it', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    played.send('client', FIN);
    played.flow.act('client.data.1', 'drop');
    expect(delivered(played)).toEqual([1003]);
    expect(told(played)[0]).toEqual(['client.data.1', 'dropped', undefined]);
  });

  test('dropped after its kernel sent it again, the repetition is held where it was sent: what was sent before it goes', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    played.send('client', FIN);
    played.send('client', data('ab'));
    expect(last(played)).toMatchObject([{ id: 'client.data.1', repeats: 1 }, { id: 'client.fin' }]);
    played.flow.act('client.data.1', 'drop');
    expect(told(played)).toEqual([
      ['client.data.1', 'dropped', undefined],
      ['client.fin', 'underway', undefined],
      ['client.data.1.1', 'held', undefined],
    ]);
    played.flow.act('client.data.1.1', 'deliver');
    // As on any line on which the first was lost.
    expect(delivered(played)).toEqual([1003, 1001]);
  });

  test('a repetition of what waits behind it is counted too', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    played.send('client', FIN);
    played.send('client', FIN);
    expect(last(played)).toMatchObject([{ id: 'client.data.1' }, { id: 'client.fin', fate: 'held', repeats: 1 }]);
    played.flow.act('client.data.1', 'deliver');
    expect(delivered(played)).toEqual([1001, 1003]);
  });

  test('a segment that is lost does not wait', () => {
    const played = new PlayedFlow({ hold: [{ kind: 'data' }], drop: [{ kind: 'FIN' }] });
    played.send('client', data('ab'));
    played.send('client', FIN);
    expect(told(played)[1]).toEqual(['client.fin', 'dropped', undefined]);
  });

  test('doubled, its copy comes right behind it, before the queue', () => {
    const played = new PlayedFlow(FIRST_DATA);
    played.send('client', data('ab'));
    played.send('client', FIN);
    played.flow.act('client.data.1', 'duplicate');
    expect(delivered(played)).toEqual([1001, 1001, 1003]);
  });

  test('a run that is given up lets all go, in order', () => {
    const played = new PlayedFlow({ hold: true });
    played.send('client', data('ab'));
    played.send('client', data('cd', 1003));
    played.flow.letGo();
    played.send('client', { ...FIN, seq: 1005 });
    expect(delivered(played)).toEqual([1001, 1003, 1005]);
  });
});

describe('what waited', () => {
  test('has been under way meanwhile: it needs only the rest of the delay', () => {
    const played = new PlayedFlow({ ...FIRST_DATA, delayMs: 20 });
    played.send('client', data('ab'));
    vi.advanceTimersByTime(8);
    played.send('client', FIN);
    vi.advanceTimersByTime(7);
    played.flow.act('client.data.1', 'deliver');
    vi.runAllTimers();
    expect(played.deliveries.map(({ at }) => at)).toEqual([20, 28]);
  });

  test('arrives at once after a longer wait', () => {
    const played = new PlayedFlow({ ...FIRST_DATA, delayMs: 20 });
    played.send('client', data('ab'));
    vi.advanceTimersByTime(1000);
    played.flow.act('client.data.1', 'deliver');
    vi.runAllTimers();
    expect(played.deliveries.map(({ at }) => at)).toEqual([1000]);
  });

  test('takes its turn on a slow line', () => {
    // A packet of 42 bytes takes 42 ms, one of 40 bytes 40 ms.
    const played = new PlayedFlow({ ...FIRST_DATA, kbitPerSecond: 8 });
    played.send('client', data('ab'));
    played.send('client', FIN);
    vi.advanceTimersByTime(1000);
    played.flow.act('client.data.1', 'deliver');
    played.send('client', { ...ACK, seq: 1004 });
    vi.runAllTimers();
    expect(played.deliveries.map(({ at }) => at)).toEqual([1042, 1082, 1122]);
  });
});

test('if it may be overtaken, only it waits', () => {
  const played = new PlayedFlow({ ...FIRST_DATA, mayOvertake: true });
  played.send('client', data('ab'));
  played.send('client', FIN);
  expect(delivered(played)).toEqual([1003]);
  expect(told(played)[0]).toEqual(['client.data.1', 'held', undefined]);
  played.flow.act('client.data.1', 'deliver');
  expect(delivered(played)).toEqual([1003, 1001]);
});

describe('whatever is sent, held and let go', () => {
  type Event =
    | { what: 'send'; from: Side; kind: 'data' | 'ACK' }
    | { what: 'act'; which: number; action: 'deliver' | 'drop' | 'duplicate' }
    | { what: 'again'; from: Side; which: number }
    | { what: 'wait'; ms: number };
  const side = fc.constantFrom<Side>('client', 'server');
  const anyEvent: fc.Arbitrary<Event> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constant('send' as const), from: side, kind: fc.constantFrom('data', 'ACK') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        what: fc.constant('act' as const),
        which: fc.nat(9),
        action: fc.constantFrom('deliver', 'deliver', 'drop', 'duplicate'),
      }),
    },
    fc.record({ what: fc.constant('again' as const), from: side, which: fc.nat(9) }),
    fc.record({ what: fc.constant('wait' as const), ms: fc.nat(60) }),
  );
  const anySettings: fc.Arbitrary<LinkSettings> = fc.record(
    {
      hold: fc.oneof(
        fc.constant(true),
        fc.array(
          fc.record(
            {
              from: side,
              kind: fc.constantFrom('data', 'ACK'),
              nth: fc.integer({ min: 1, max: 4 }),
              every: fc.boolean(),
            },
            { requiredKeys: [] },
          ),
          { minLength: 1, maxLength: 3 },
        ),
      ),
      delayMs: fc.nat(40),
      kbitPerSecond: fc.integer({ min: 8, max: 5000 }),
      duplicatePercent: fc.constantFrom(0, 30),
      lossPercent: fc.constantFrom(0, 20),
      seed: fc.nat(),
    },
    { requiredKeys: ['hold'] },
  );

  /** Plays the events, and then lets everything go. Each packet has a sequence number of its own, in the order of sending. */
  function played(settings: LinkSettings, events: readonly Event[]) {
    vi.setSystemTime(0);
    const flow = new PlayedFlow(settings);
    const sent: Record<Side, number[]> = { client: [], server: [] };
    const next: Record<Side, number> = { client: 1001, server: 7001 };
    const send = (from: Side, kind: 'data' | 'ACK', seq: number): void => {
      const other = from === 'client' ? { ack: 7001 } : { ack: 1001 };
      flow.send(from, { ...(kind === 'data' ? data('x', seq) : { ...ACK, seq }), ...other });
    };
    flow.send('client', SYN);
    for (const event of events) {
      // No two are sent at the same moment.
      vi.advanceTimersByTime(1);
      switch (event.what) {
        case 'send':
          if (event.kind === 'data') sent[event.from].push(next[event.from]);
          send(event.from, event.kind, event.kind === 'data' ? next[event.from]++ : next[event.from]);
          break;
        case 'again': {
          const seq = sent[event.from][event.which];
          if (seq !== undefined) send(event.from, 'data', seq);
          break;
        }
        case 'act': {
          const held = last(flow).filter(({ fate }) => fate === 'held');
          const chosen = held[event.which % Math.max(1, held.length)];
          if (chosen) flow.flow.act(chosen.id, event.action);
          break;
        }
        case 'wait':
          vi.advanceTimersByTime(event.ms);
          flow.confirmAll();
      }
    }
    flow.flow.letGo();
    vi.runAllTimers();
    flow.confirmAll();
    return flow;
  }

  test('each direction keeps its order', () => {
    fc.assert(
      fc.property(anySettings, fc.array(anyEvent, { maxLength: 40 }), (settings, events) => {
        const flow = played(settings, events);
        // What its kernel sent again counts by its own sending, even if it was counted first, and told later.
        const sending = last(flow)
          .toSorted((a, b) => a.sentAt - b.sentAt)
          .map(({ id }) => id);
        for (const from of ['client', 'server'] as const) {
          const arrived = flow.segments.filter((each) => each.from === from && each.fate === 'delivered');
          const order = arrived.filter(({ duplicateOf }) => !duplicateOf).map(({ id }) => sending.indexOf(id));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('nothing stays behind, and whatever waits behind another names one that is held in front of it', () => {
    fc.assert(
      fc.property(anySettings, fc.array(anyEvent, { maxLength: 40 }), (settings, events) => {
        const flow = played(settings, events);
        expect(last(flow).filter(({ fate }) => fate === 'held' || fate === 'underway')).toEqual([]);
        expect(flow.flow.busy).toBe(false);
        const known = new Map<string, Segment>();
        for (const segment of flow.segments) {
          if (segment.behind !== undefined)
            expect(known.get(segment.behind)).toMatchObject({ from: segment.from, fate: 'held' });
          known.set(segment.id, segment);
        }
      }),
      { numRuns: 500 },
    );
  });
});
