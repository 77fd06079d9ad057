import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answer } from '../../server/answer.ts';
import { isPrime } from '../../server/primality.ts';
import fixture from '../fixtures/number-server-vectors.json' with { type: 'json' };

/** The protocol's table in the simplest words, byte by byte and digit by digit. */
function oracle(bytes: Uint8Array): string | undefined {
  let value = 0n;
  for (const byte of bytes.slice(0, 1024)) value = value * 256n + BigInt(byte);
  const digits = value === 0n ? 0 : String(value).length;
  if (digits > 10) return String(value);
  if (digits === 10) return undefined;
  return (bytes.slice(0, 1024).at(-1) ?? 0) % 2 === 0 ? 'PAR' : 'ÍMPAR';
}

const text = (bytes: Uint8Array, answers: 'parity' | 'prime' = 'parity') =>
  answer(Buffer.from(bytes), answers)?.toString('utf8');

test.each(fixture.vectors)('answers $sends as the published program does', ({ sends, reply }) => {
  expect(answer(Buffer.from(sends[0] ?? '', 'hex'), 'parity')?.toString('hex') ?? '').toBe(reply);
});

test('agrees with the table for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1100 }), (bytes) => {
      expect(text(bytes)).toBe(oracle(bytes));
    }),
  );
});

test('agrees with the table for any number around ten digits, behind any number of zero bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000_000_000 }), fc.nat({ max: 1000 }), (value, zeros) => {
      const digits = value.toString(16);
      const bytes = Buffer.concat([
        Buffer.alloc(zeros),
        Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'),
      ]);
      expect(text(bytes)).toBe(oracle(bytes));
    }),
  );
});

test('counts nothing beyond the first 1024 bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1024, maxLength: 1024 }), fc.uint8Array({ maxLength: 64 }), (read, rest) => {
      expect(text(Buffer.concat([read, rest]))).toBe(text(read));
    }),
  );
});

test('prime: names a prime below ten digits, and is otherwise the same', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 2 ** 32 - 1 })), (value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      expect(text(bytes, 'prime')).toBe(value < 1e9 && isPrime(value) ? 'PRIMO' : oracle(bytes));
    }),
  );
});

test('prime: two is a prime, and zero and one are not', () => {
  expect(['', '00', '01', '02', '03', '04', '3b9aca07'].map((hex) => text(Buffer.from(hex, 'hex'), 'prime'))).toEqual([
    'PAR',
    'PAR',
    'ÍMPAR',
    'PRIMO',
    'PRIMO',
    'PAR',
    undefined,
  ]);
});
