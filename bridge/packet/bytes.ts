import { PacketError } from './packet-error.ts';

// Unsigned numbers in network byte order. Callers check the bounds. These do not use a DataView: making one for each
// packet takes longer than reading the numbers.

export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function setUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** The two hex digits of each byte, adjacent in memory, so that one copy moves both in any byte order. */
const DIGITS = new Uint16Array(
  Uint8Array.from({ length: 512 }, (_, index) =>
    '0123456789abcdef'.charCodeAt(index % 2 ? (index >> 1) & 15 : index >> 5),
  ).buffer,
);
const ascii = new TextDecoder();

/** Bytes as lower-case hex. Concatenating strings took ten times as long as all other decoding. */
export function toHex(bytes: Uint8Array): string {
  const digits = new Uint16Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) digits[at] = DIGITS[bytes[at]!]!;
  return ascii.decode(digits);
}

/**
 * Hex as bytes.
 * @throws PacketError BAD_HEX if the text is not pairs of hex digits
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) throw new PacketError('BAD_HEX', 'not pairs of hex digits');
  return Uint8Array.from({ length: text.length / 2 }, (_, index) => parseInt(text.slice(2 * index, 2 * index + 2), 16));
}
