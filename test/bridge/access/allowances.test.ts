import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { effectiveLimits } from '../../../bridge/access/effective-limits.ts';
import { Places, Rates } from '../../../bridge/access/allowances.ts';
import { clientOf } from '../../../bridge/access/client-address.ts';

test('an IPv4 address is one client, over IPv6 too', () => {
  expect(clientOf({ remoteAddress: '::ffff:192.0.2.7' })).toBe('192.0.2.7');
  expect(clientOf({ remoteAddress: '192.0.2.7' })).toBe('192.0.2.7');
  expect(clientOf({ remoteAddress: '2001:db8::ffff:1' })).toBe('2001:db8::ffff:1');
});

test('whoever comes and goes: never more than there are places, and all of them again at the end', () => {
  const address = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(fc.array(fc.record({ address, leaves: fc.boolean() })), (visits) => {
      const places = new Places(2, 4);
      const inside: { address: string; leave: () => void }[] = [];
      for (const visit of visits) {
        const [first] = inside.filter((one) => one.address === visit.address);
        if (visit.leaves && first) inside.splice(inside.indexOf(first), 1)[0]!.leave();
        else {
          const leave = places.enter(visit.address);
          const own = inside.filter((one) => one.address === visit.address).length;
          expect(leave !== undefined).toBe(own < 2 && inside.length < 4);
          if (leave) inside.push({ address: visit.address, leave });
        }
      }
      for (const { leave } of inside) leave();
      for (const name of ['a', 'a', 'b', 'b']) expect(places.enter(name)).toBeDefined();
    }),
  );
});

test('so many of each in a period, and of all; in the next one as many again', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  vi.setSystemTime(0);
  const rates = new Rates(2, 3, 1000);
  const turns = ['a', 'a', 'a', 'b', 'b', 'c'];
  const allowed = [true, true, false, true, false, false];
  expect(turns.map((address) => rates.count(address))).toEqual(allowed);
  vi.advanceTimersByTime(1000);
  expect(turns.map((address) => rates.count(address))).toEqual(allowed);
});

test('connections, runs and servers leave descriptors for each other, however few there are', () => {
  fc.assert(
    fc.property(fc.integer({ min: 128, max: 100_000 }), (descriptors) => {
      const { connectionsInAll, pagesInAll, runsInAll, scenarioServers } = effectiveLimits({}, true, descriptors);
      expect(connectionsInAll + runsInAll + 4 * scenarioServers).toBeLessThanOrEqual(descriptors - 64);
      expect(pagesInAll).toBeLessThanOrEqual(connectionsInAll);
      expect(scenarioServers).toBeGreaterThan(0);
    }),
  );
  expect(effectiveLimits({}, true, 1_048_576)).toEqual(effectiveLimits({}, true));
});
