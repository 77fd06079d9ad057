import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { ShortLivedMap, ShortLivedSet } from '../../../bridge/machine/short-lived-collections.ts';

const numbers = (values: Iterable<{ number: number }>) => [...values].map(({ number }) => number);

describe('a map of values that come and go', () => {
  test('has the values that were set, from the oldest to the youngest', () => {
    const map = new ShortLivedMap<number, { number: number }>();
    for (const number of [3, 1, 2]) map.set(number, { number });
    map.set(3, { number: 4 });
    map.delete(1);
    map.delete(9);
    expect(map.size).toBe(2);
    expect([map.has(2), map.has(1)]).toEqual([true, false]);
    expect(map.get(3)).toEqual({ number: 4 });
    expect(map.get(1)).toBeUndefined();
    expect([...map.keys()]).toEqual([3, 2]);
    expect(numbers(map.values())).toEqual([4, 2]);
    map.clear();
    expect([map.size, [...map.values()]]).toEqual([0, []]);
  });

  test('a value that is removed during an iteration does not come up', () => {
    const map = new ShortLivedMap<number, { number: number }>();
    for (const number of [1, 2, 3]) map.set(number, { number });
    const seen = [];
    for (const { number } of map.values()) {
      seen.push(number);
      map.delete(2);
    }
    expect(seen).toEqual([1, 3]);
  });
});

describe('a set of values that come and go', () => {
  test('has a value until it leaves', () => {
    const set = new ShortLivedSet<{ number: number }>();
    const [leave] = [1, 2].map((number) => set.add({ number }));
    expect(numbers(set)).toEqual([1, 2]);
    leave!();
    leave!();
    expect([set.size, numbers(set)]).toEqual([1, [2]]);
  });
});

test('older values do not keep alive a value that has left', () => {
  const kept = new Map<number, object>();
  const short = new ShortLivedMap<number, object>();
  // Both run once before: compiling them is not measured.
  growthMegabytes(short);
  expect(growthMegabytes(short)).toBeLessThan(growthMegabytes(kept) / 4);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Megabytes by which old space grows while 64 objects at a time come and go, from one full collection to the next. */
function growthMegabytes(map: Pick<Map<number, object>, 'set' | 'delete'> | ShortLivedMap<number, object>): number {
  const come = (number: number): void => {
    map.set(
      number,
      Array.from({ length: 20 }, (_, index) => ({ number, index })),
    );
    map.delete(number - 64);
  };
  for (let number = 0; number < 100; number += 1) come(number);
  collect();
  const before = oldSpaceMegabytes();
  let most = 0;
  for (let number = 100; number < 60_000; number += 1) {
    come(number);
    if (number % 1000 === 0) most = Math.max(most, oldSpaceMegabytes() - before);
  }
  return most;
}

function oldSpaceMegabytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size / 1e6;
}
