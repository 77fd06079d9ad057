import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../../../../bridge/wires/lab/link/faults/seeded-random.ts';

const seed = fc.nat(2 ** 33);

function numbers(from: number, count = 500): number[] {
  const random = seededRandom(from);
  return Array.from({ length: count }, () => random());
}

/** How much two rows of numbers have in common, from -1 to 1 (Pearson). */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (row: readonly number[]): number => row.reduce((sum, number) => sum + number, 0) / row.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], y: readonly number[], mx: number, my: number): number =>
    x.reduce((sum, number, index) => sum + (number - mx) * (y[index]! - my), 0);
  return product(a, b, meanA, meanB) / Math.sqrt(product(a, a, meanA, meanA) * product(b, b, meanB, meanB));
}

test('the numbers are at least 0, less than 1, and follow from the seed', () => {
  fc.assert(
    fc.property(seed, (from) => {
      const row = numbers(from, 50);
      expect(row.every((number) => number >= 0 && number < 1)).toBe(true);
      expect(numbers(from, 50)).toEqual(row);
    }),
  );
});

test('they are spread evenly', () => {
  for (const from of [0, 1, 2, 0xffff_ffff, 2 ** 32, 2 ** 33 - 1]) {
    const tenths = new Array<number>(10).fill(0);
    for (const number of numbers(from, 10_000)) tenths[Math.floor(number * 10)]! += 1;
    // 1000 each; a deviation of five times 30 does not happen by chance.
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  }
});

test('seeds next to each other have nothing in common', () => {
  fc.assert(
    fc.property(seed, (from) => {
      expect(Math.abs(correlation(numbers(from), numbers(from + 1)))).toBeLessThan(0.25);
    }),
  );
});
