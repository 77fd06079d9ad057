import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf, parseNumber } from '../../../web/reading/number-facts.ts';

describe('the number as typed', () => {
  it.each([
    ['121', 121n],
    [' 121 ', 121n],
    ['0', 0n],
    ['000000121', 121n],
    ['18446744073709551616', 18446744073709551616n],
  ])('%j is read', (typed, number) => expect(parseNumber(typed)).toEqual({ number }));

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['-1', 'not-a-number'],
    ['1.5', 'not-a-number'],
    ['1e3', 'not-a-number'],
    ['0x10', 'not-a-number'],
    ['١٢١', 'not-a-number'],
  ])('%j is not', (typed, problem) => expect(parseNumber(typed)).toEqual({ problem }));

  it('takes exactly 1024 bytes, and not one more', () => {
    const largest = (1n << 8192n) - 1n;
    expect(parseNumber(largest.toString())).toEqual({ number: largest });
    expect(parseNumber((largest + 1n).toString())).toEqual({ problem: 'too-large' });
    expect(parseNumber('9'.repeat(1_000_000))).toEqual({ problem: 'too-large' });
  });
});

describe('what is told of a number', () => {
  it('knows 121: two bytes, three digits, odd, not prime', () =>
    expect(factsOf(121n)).toEqual({ hex: '0079', digits: 3, even: false, prime: false }));

  it('counts no digits in zero, as the server does', () => expect(factsOf(0n).digits).toBe(0));

  it('agrees with trial division', () => {
    const isPrime = (number: number) => {
      for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
      return number > 1;
    };
    for (let number = 0; number < 3000; number++)
      expect([number, factsOf(BigInt(number)).prime]).toEqual([number, isPrime(number)]);
  });

  it.each([
    [3215031751n, false], // a strong pseudoprime to 2, 3, 5 and 7
    [3825123056546413051n, false], // a strong pseudoprime to the first nine primes
    [18446744073709551557n, true], // the largest prime below 2^64
    [18446744073709551615n, false],
    [18446744073709551616n, undefined],
  ])('decides %d up to 64 bits', (number, prime) => expect(factsOf(number).prime).toBe(prime));

  it('never calls a product prime', () =>
    fc.assert(
      fc.property(fc.bigInt(2n, 0xffffffffn), fc.bigInt(2n, 0xffffffffn), (a, b) => factsOf(a * b).prime === false),
    ));
});
