import { expect, test } from 'vitest';
import { isPrime } from '../../server/primality.ts';

test('agrees with the sieve of Eratosthenes below 100 000', () => {
  const limit = 100_000;
  const composite = new Uint8Array(limit);
  for (let factor = 2; factor < limit; factor++) {
    for (let multiple = factor * factor; multiple < limit; multiple += factor) composite[multiple] = 1;
  }
  const wrong = [];
  for (let value = 0; value < limit; value++) {
    if (isPrime(value) !== (value >= 2 && composite[value] === 0)) wrong.push(value);
  }
  expect(wrong).toEqual([]);
});

test('knows the largest primes below 10^9 and the squares of primes', () => {
  expect([999_999_937, 999_999_929].map(isPrime)).toEqual([true, true]);
  expect([31_607 * 31_607, 999_999_999, 25, 49].map(isPrime)).toEqual([false, false, false, false]);
});
