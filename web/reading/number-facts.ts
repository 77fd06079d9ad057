import { numberToHex } from '../../bridge/trace/script.ts';

/** The most bytes that the classic server reads: it would cut a longer number. */
export const MOST_BYTES = 1024;
/** Decimal digits of the largest number in that many bytes. */
const MOST_DIGITS = 2467;

export type NumberProblem = 'empty' | 'not-a-number' | 'too-large';
export type ParsedNumber = { number: bigint } | { problem: NumberProblem };

/** Reads an unsigned decimal integer, as typed. */
export function parseNumber(typed: string): ParsedNumber {
  const text = typed.trim();
  if (text === '') return { problem: 'empty' };
  if (!/^\d+$/.test(text)) return { problem: 'not-a-number' };
  const digits = text.replace(/^0+(?=\d)/, '');
  // Checked before BigInt, whose time grows faster than the length of the text.
  if (digits.length > MOST_DIGITS) return { problem: 'too-large' };
  const number = BigInt(digits);
  return numberToHex(number).length / 2 > MOST_BYTES ? { problem: 'too-large' } : { number };
}

export interface NumberFacts {
  hex: string;
  /** Decimal digits, as the server counts them: zero has none. */
  digits: number;
  even: boolean;
  /** Undefined for a number beyond 64 bits, which is not tested. */
  prime: boolean | undefined;
}

export function factsOf(number: bigint): NumberFacts {
  return {
    hex: numberToHex(number),
    digits: number === 0n ? 0 : number.toString().length,
    even: number % 2n === 0n,
    prime: number < 1n << 64n ? isPrime(number) : undefined,
  };
}

/** These bases decide every number below 3.1 × 10^23 (Sorenson and Webster, 2015). */
const BASES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];

/** The Miller–Rabin test, exact below 2^64. */
function isPrime(number: bigint): boolean {
  if (number < 2n) return false;
  for (const base of BASES) {
    if (number === base) return true;
    if (number % base === 0n) return false;
  }
  let odd = number - 1n;
  let twos = 0;
  while (odd % 2n === 0n) {
    odd /= 2n;
    twos += 1;
  }
  return BASES.every((base) => isWitnessed(number, base, odd, twos));
}

function isWitnessed(number: bigint, base: bigint, odd: bigint, twos: number): boolean {
  let power = powerModulo(base, odd, number);
  if (power === 1n || power === number - 1n) return true;
  for (let round = 1; round < twos; round++) {
    power = (power * power) % number;
    if (power === number - 1n) return true;
  }
  return false;
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
