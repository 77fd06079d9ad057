import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LinkSettings } from '../../../../../../bridge/trace/link.ts';
import type { Cargo, Decision } from '../../../../../../bridge/wires/lab/link/faults/fault.ts';
import { LinkPlan } from '../../../../../../bridge/wires/lab/link/faults/plan.ts';

const anyCargo: fc.Arbitrary<Cargo> = fc.record({
  from: fc.constantFrom('client', 'server'),
  flags: fc.constantFrom(['SYN'], ['ACK'], ['PSH', 'ACK'], ['FIN', 'ACK']),
  length: fc.nat(1460),
  packetLength: fc.integer({ min: 40, max: 1500 }),
});
const percent = fc.integer({ min: 0, max: 100 });
const seed = fc.nat(0xffff_ffff);
const anyFaults = fc.record(
  {
    lossPercent: percent,
    duplicatePercent: percent,
    reorderPercent: percent,
    jitterMs: fc.nat(5),
    delayMs: fc.nat(50),
  },
  { requiredKeys: [] },
);
/** Packets with the microseconds between them. */
const anyTraffic = fc.array(fc.tuple(anyCargo, fc.nat(5_000)), { minLength: 1, maxLength: 60 });

/** What becomes of a packet that goes on its way as soon as it is sent. */
interface Plan extends Decision {
  arrivesAt: number;
}

/** What becomes of each, with the time at which it was sent. */
function plans(settings: LinkSettings, traffic: readonly (readonly [Cargo, number])[]): (Plan & { sentAt: number })[] {
  const plan = new LinkPlan(settings);
  let now = 1e9;
  return traffic.map(([cargo, gap]) => {
    now += gap;
    const decided = plan.decide(cargo);
    const { dropped, held, duplicated } = decided;
    const arrivesAt = dropped || held ? now : plan.arrival(decided, now);
    return { dropped, held, duplicated, arrivesAt, sentAt: now };
  });
}

const client = (packetLength = 40): Cargo => ({ from: 'client', flags: ['ACK'], length: 0, packetLength });
const spread = (count: number, gap = 1e6): [Cargo, number][] => Array.from({ length: count }, () => [client(), gap]);
const share = <Item>(items: readonly Item[], has: (item: Item) => boolean): number =>
  (items.filter(has).length * 100) / items.length;

test('without settings every packet arrives at once, alone', () => {
  fc.assert(
    fc.property(anyTraffic, (traffic) => {
      for (const { sentAt, ...plan } of plans({}, traffic))
        expect(plan).toEqual({ dropped: false, held: false, duplicated: false, arrivesAt: sentAt });
    }),
  );
});

describe('the seed', () => {
  test('the same gives the same decisions for the same packets', () => {
    fc.assert(
      fc.property(anyFaults, seed, anyTraffic, (faults, seed, traffic) => {
        expect(plans({ ...faults, seed }, traffic)).toEqual(plans({ ...faults, seed }, traffic));
      }),
    );
  });

  test('the decisions of one fault are the same whatever other faults are set', () => {
    fc.assert(
      fc.property(anyFaults, seed, fc.array(anyCargo, { minLength: 1, maxLength: 60 }), (faults, seed, cargos) => {
        const { lossPercent = 0, duplicatePercent = 0, reorderPercent = 0, delayMs = 0 } = faults;
        // So far apart that none meets another.
        const traffic = cargos.map((cargo) => [cargo, 1e6] as const);
        const all = plans({ ...faults, seed }, traffic);
        const alone = (settings: LinkSettings): Plan[] => plans({ ...settings, seed }, traffic);
        const has = (which: 'dropped' | 'duplicated', row: readonly Plan[]): boolean[] =>
          row.map((plan) => plan[which]);
        expect(has('dropped', all)).toEqual(has('dropped', alone({ lossPercent })));
        expect(has('duplicated', all)).toEqual(has('duplicated', alone({ duplicatePercent })));
        // Whoever is overtaken waits 10 ms or more beyond any jitter here.
        const late = plans({ reorderPercent, seed }, traffic).map(({ arrivesAt, sentAt }) => arrivesAt > sentAt);
        all.forEach(({ dropped, arrivesAt, sentAt }, index) => {
          if (!dropped) expect(arrivesAt - sentAt >= delayMs * 1000 + 5_000).toBe(late[index]);
        });
      }),
    );
  });

  test('what one side sends does not change what becomes of the other’s', () => {
    fc.assert(
      fc.property(anyFaults, seed, anyTraffic, (faults, seed, traffic) => {
        let skipped = 0;
        const alone = traffic.flatMap(([cargo, gap]): [Cargo, number][] => {
          skipped += gap;
          if (cargo.from === 'server') return [];
          const since = skipped;
          skipped = 0;
          return [[cargo, since]];
        });
        const both = plans({ ...faults, seed }, traffic).filter((_, index) => traffic[index]![0].from === 'client');
        expect(both).toEqual(plans({ ...faults, seed }, alone));
      }),
    );
  });

  test('the two sides have nothing in common', () => {
    const traffic = spread(2000).flatMap(([cargo, gap]): [Cargo, number][] => [
      [cargo, gap],
      [{ ...cargo, from: 'server' }, 0],
    ]);
    const dropped = plans({ lossPercent: 50, seed: 7 }, traffic).map(({ dropped }) => dropped);
    const alike = share(spread(2000), (_) => dropped.shift() === dropped.shift());
    expect(Math.abs(alike - 50)).toBeLessThan(6);
  });
});

describe('over many packets, the share is near its percentage', () => {
  const COUNT = 5_000;
  /** Five standard deviations: not by chance. */
  const near = (percent: number): number => 5 * Math.sqrt((percent * (100 - percent)) / COUNT);
  const seeds = [0, 1, 2, 12_345, 0xffff_ffff];

  test.each([0, 1, 5, 20, 50, 99, 100])('%i %%', (percent) => {
    for (const seed of seeds) {
      const lost = plans({ lossPercent: percent, seed }, spread(COUNT));
      expect(Math.abs(share(lost, ({ dropped }) => dropped) - percent)).toBeLessThanOrEqual(near(percent));
      const copied = plans({ duplicatePercent: percent, seed }, spread(COUNT));
      expect(Math.abs(share(copied, ({ duplicated }) => duplicated) - percent)).toBeLessThanOrEqual(near(percent));
      const late = plans({ reorderPercent: percent, seed }, spread(COUNT));
      const overtaken = share(late, ({ arrivesAt, sentAt }) => arrivesAt > sentAt);
      expect(Math.abs(overtaken - percent)).toBeLessThanOrEqual(near(percent));
    }
  });
});

describe('the time under way', () => {
  const arrivalsInOrder = (row: readonly Plan[], traffic: readonly (readonly [Cargo, number])[]): void => {
    for (const side of ['client', 'server'] as const) {
      const arrivals = row.filter((_, index) => traffic[index]![0].from === side).map(({ arrivesAt }) => arrivesAt);
      expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    }
  };

  test('delay, jitter and rate never bring one before another', () => {
    const anyTimes = fc.record({
      delayMs: fc.nat(1000).map((tenths) => tenths / 10),
      jitterMs: fc.nat(3000).map((tenths) => tenths / 10),
      kbitPerSecond: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(anyTimes, seed, anyTraffic, (times, seed, traffic) => {
        const row = plans({ ...times, seed }, traffic);
        arrivalsInOrder(row, traffic);
        for (const { arrivesAt, sentAt } of row) expect(arrivesAt).toBeGreaterThanOrEqual(sentAt);
      }),
    );
  });

  test('jitter makes it as much longer or shorter as it says, at most', () => {
    const times = plans({ delayMs: 30, jitterMs: 10, seed: 3 }, spread(2000)).map(
      (plan) => plan.arrivesAt - plan.sentAt,
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(20_000);
    expect(Math.min(...times)).toBeLessThan(20_500);
    expect(Math.max(...times)).toBeLessThanOrEqual(40_000);
    expect(Math.max(...times)).toBeGreaterThan(39_500);
  });

  test('one that is overtaken comes after all that were sent before it, and nobody waits for it', () => {
    const anyTimes = fc.record({ delayMs: fc.nat(50), jitterMs: fc.nat(100) });
    fc.assert(
      fc.property(anyTimes, seed, percent, anyTraffic, (times, seed, reorderPercent, traffic) => {
        const row = plans({ ...times, seed, reorderPercent }, traffic);
        const inOrder = plans({ ...times, seed }, traffic);
        const late = plans({ seed, reorderPercent }, traffic).map(({ arrivesAt, sentAt }) => arrivesAt > sentAt);
        const ordinary = row.filter((_, index) => !late[index]);
        arrivalsInOrder(
          ordinary,
          traffic.filter((_, index) => !late[index]),
        );
        row.forEach(({ arrivesAt }, index) => {
          if (!late[index]) return expect(arrivesAt).toBeLessThanOrEqual(inOrder[index]!.arrivesAt);
          const before = row.filter(
            (_, at) => at < index && !late[at] && traffic[at]![0].from === traffic[index]![0].from,
          );
          for (const other of before) expect(arrivesAt).toBeGreaterThanOrEqual(other.arrivesAt + 10_000);
        });
      }),
    );
  });

  test('at a rate, packets queue behind each other: each takes its bits’ time', () => {
    const anySizes = fc.array(fc.integer({ min: 40, max: 1500 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(anySizes, fc.integer({ min: 1, max: 10_000 }), fc.nat(50), (sizes, kbitPerSecond, delayMs) => {
        const row = plans(
          { kbitPerSecond, delayMs },
          sizes.map((size) => [client(size), 0]),
        );
        let bits = 0;
        row.forEach(({ arrivesAt, sentAt }, index) => {
          bits += sizes[index]! * 8;
          expect(arrivesAt - sentAt).toBeCloseTo((bits * 1000) / kbitPerSecond + delayMs * 1000, 0);
        });
      }),
    );
    // A thousand bits a second, 125 bytes: a second each, but for a link that has been idle no more than that.
    const arrivals = plans({ kbitPerSecond: 1 }, [
      [client(125), 0],
      [client(125), 500_000],
      [client(125), 5_000_000],
    ]).map(({ arrivesAt, sentAt }) => arrivesAt - sentAt);
    expect(arrivals).toEqual([1_000_000, 1_500_000, 1_000_000]);
  });

  test('each direction has the rate for itself, and lost packets take none of it', () => {
    const row = plans({ kbitPerSecond: 1, drop: [{ from: 'client', nth: 2 }] }, [
      [client(125), 0],
      [client(125), 0],
      [{ ...client(125), from: 'server' }, 0],
      [client(125), 0],
    ]);
    expect(row.map(({ arrivesAt, sentAt }) => arrivesAt - sentAt)).toEqual([1_000_000, 0, 1_000_000, 2_000_000]);
  });
});

describe('on purpose', () => {
  const kinds = (settings: LinkSettings, which: 'dropped' | 'held'): number[] =>
    plans(settings, [
      [{ ...client(), flags: ['SYN'] }, 0],
      [{ ...client(), from: 'server', flags: ['SYN', 'ACK'] }, 0],
      [client(), 0],
      [{ ...client(), flags: ['PSH', 'ACK'], length: 2 }, 0],
      [{ ...client(), flags: ['PSH', 'ACK'], length: 2 }, 0],
    ]).flatMap((plan, index) => (plan[which] ? [index] : []));

  test('segments are dropped, and held, as they are chosen', () => {
    expect(kinds({ drop: [{ kind: 'SYN' }, { kind: 'data', nth: 2 }] }, 'dropped')).toEqual([0, 4]);
    expect(kinds({ drop: [{ kind: 'data', every: true }] }, 'dropped')).toEqual([3, 4]);
    expect(kinds({ hold: [{ from: 'server' }, { kind: 'data' }] }, 'held')).toEqual([1, 3]);
    expect(kinds({ hold: true }, 'held')).toEqual([0, 1, 2, 3, 4]);
    expect(kinds({ hold: false }, 'held')).toEqual([]);
    expect(kinds({ hold: [] }, 'held')).toEqual([]);
  });

  test('what is dropped is not held, but counts', () => {
    const settings: LinkSettings = { drop: [{ kind: 'data' }], hold: [{ kind: 'data', nth: 2 }, { kind: 'SYN' }] };
    expect(kinds(settings, 'held')).toEqual([0, 4]);
    expect(kinds({ ...settings, hold: [{ kind: 'data' }] }, 'held')).toEqual([]);
  });

  test('a loss on purpose does not change the losses by chance', () => {
    const chance = plans({ lossPercent: 30, seed: 5 }, spread(200)).map(({ dropped }) => dropped);
    const both = plans({ lossPercent: 30, seed: 5, drop: [{ nth: 10 }] }, spread(200)).map(({ dropped }) => dropped);
    expect(both).toEqual(chance.map((dropped, index) => dropped || index === 9));
  });
});
