import { isPrime } from './primality.ts';

/** `parity` is what the published program answers. `prime` is what its description promises. */
export type Answers = 'parity' | 'prime';

/** The server makes one read of at most this many bytes. Further bytes are not part of the number. */
export const READ_LIMIT = 1024;

/** The smallest numbers of 10 and of 11 decimal digits. */
const TEN_DIGITS = 10n ** 9n;
const ELEVEN_DIGITS = 10n ** 10n;

const PAR = Buffer.from('PAR');
const IMPAR = Buffer.from('ÍMPAR');
const PRIMO = Buffer.from('PRIMO');

/**
 * Returns what the number server replies to the bytes of its one read: an unsigned big-endian integer of at most
 * `READ_LIMIT` bytes. No bytes mean the number 0. A number of exactly ten digits gets no reply: `undefined`. Calls share the
 * reply: do not write into it.
 */
export function answer(received: Buffer, answers: Answers): Buffer | undefined {
  const value = toInteger(received.subarray(0, READ_LIMIT));
  if (value >= ELEVEN_DIGITS) return Buffer.from(value.toString());
  if (value >= TEN_DIGITS) return undefined;
  if (answers === 'prime' && isPrime(Number(value))) return PRIMO;
  return value % 2n === 0n ? PAR : IMPAR;
}

/** BigInt reads hexadecimal text in linear time; adding byte by byte would be quadratic. */
function toInteger(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}
