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
  | TlsOperation
  | { do: 'shutdown' }
  | { do: 'close' }
  | { do: 'reset' };

/**
 * Begins TLS on the connection: what follows is sent and received through it. `serverName` is sent as the name of the server
 * (RFC 6066 §3), `alpn` as the protocols that the client speaks (RFC 7301). A certificate that is not valid ends the script
 * only with `verify`.
 */
export interface TlsOperation {
  do: 'tls';
  serverName?: string;
  alpn?: string[];
  verify?: boolean;
}

export type Script = Operation[];

/** A name of DNS; an address is none (RFC 6066 §3). Its last label has a letter. */
export const SERVER_NAME =
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*(?=[^.]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
/** The name of a protocol in ALPN, as far as it is printable and has no comma. */
export const ALPN = /^[!-+\--~]+$/;

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
