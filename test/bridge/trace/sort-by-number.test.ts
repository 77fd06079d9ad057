import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortedBy } from '../../../bridge/trace/sort-by-number.ts';

interface Item {
  at: number;
  name: number;
}

const anyItem = fc.record({ at: fc.integer({ min: 0, max: 30 }), name: fc.integer({ min: 0, max: 3 }) });
const byAt = ({ at }: Item): number => at;
const byName = (a: Item, b: Item): number => a.name - b.name;

test('short and long lists are sorted as the language sorts them: equals stay as they were', () => {
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 200 }), fc.boolean(), (items, tied) => {
      const before = [...items];
      const tie = tied ? byName : undefined;
      const expected = [...items].sort((a, b) => a.at - b.at || (tie?.(a, b) ?? 0));
      const sorted = sortedBy(items, byAt, tie);
      expect(sorted.length).toBe(expected.length);
      sorted.forEach((item, index) => expect(item).toBe(expected[index]));
      expect(items).toEqual(before);
    }),
  );
});

test('a list that is in order is the same list', () => {
  const items = [
    { at: 1, name: 0 },
    { at: 2, name: 0 },
  ];
  expect(sortedBy(items, byAt)).toBe(items);
});
