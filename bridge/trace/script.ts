/** One thing that the client does on its connection. A script lists them in order. */
export type Operation =
  /**
   * Calls send() with these bytes, `times` times. `nagle` turns on Nagle's algorithm, which holds a small segment back
   * while another is not acknowledged (RFC 9293 §3.7.4). Without it, each send leaves at once. `text` says that they were
   * written as text, so that they are not read as a number.
   */
  | { do: 'send'; hex: string; text?: boolean; times?: number; nagle?: boolean }
  | { do: 'wait'; ms: number }
  /**
   * Without more, reads until the peer ends; with `bytes`, until so many have come. With `upTo` it calls recv() once, for at
   * most so many bytes. With `until`, in hex, it reads until these bytes have come; what came after them counts for the
   * next such line.
   */
  | { do: 'recv'; bytes?: number }
  | { do: 'recv'; upTo: number }
  | { do: 'recv'; until: string }
  | { do: 'shutdown' }
  | { do: 'close' }
  | { do: 'reset' };

export type Script = Operation[];

/** How many bytes a send operation sends in all. */
export function bytesSent({ hex, times = 1 }: Extract<Operation, { do: 'send' }>): number {
  return (hex.length / 2) * times;
}

/** The script of a plain run: send the number, read until the server ends, close. */
export function plainScript(number: bigint): Script {
  return [{ do: 'send', hex: numberToHex(number) }, { do: 'recv' }, { do: 'close' }];
}

/**
 * The number as the classic client sends it: unsigned, big-endian, at least two bytes.
 * @throws RangeError for a negative number
 */
export function numberToHex(number: bigint): string {
  if (number < 0n) throw new RangeError('an unsigned number is 0 or more');
  const digits = number.toString(16);
  const padded = digits.length % 2 === 0 ? digits : `0${digits}`;
  return padded.padStart(4, '0');
}

/** A whole number from 1 to 1000, as the classic client chooses it. `random` returns a number in [0, 1). */
export function randomNumber(random: () => number = Math.random): bigint {
  return BigInt(1 + Math.floor(random() * 1000));
}
