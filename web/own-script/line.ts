/**
 * The client script that a viewer writes in the editor, line by line. This room converts lines to operations and back,
 * and names each problem by a stable code. It promises that the bridge accepts every script without a problem. It must
 * not know texts, the editor or the connection to the bridge.
 *
 *     typed ─▶ Line ─ operationOf ─▶ Operation ─ script-from-lines ─▶ Script
 *               ▲ └─ line-in-address ─▶ the page's address
 *               └─ lineOf ─ an Operation of a known script
 */

import { ALPN, numberToHex, SERVER_NAME, type Operation, type TlsOperation } from '../../bridge/trace/script.ts';
import { bytesFromHex, textFromHex } from '../reading/bytes.ts';
import { parseNumber } from '../reading/number-facts.ts';
import { hexOfTyped, typedOf } from './typed-text.ts';

/** The notations for the bytes of a send. */
export const FORMS = ['text', 'hex', 'number'] as const;
export type Form = (typeof FORMS)[number];

/** When a recv has read enough: all bytes or so many of them, what one call returns, or at a text. */
export const READS = ['all', 'once', 'until'] as const;
export type Reads = (typeof READS)[number];

/**
 * One operation of a script as it is typed. It has the fields of every operation, so that what was typed survives a
 * change of the operation. An empty field means that nothing was typed.
 */
export interface Line {
  do: Operation['do'];
  form: Form;
  data: string;
  times: string;
  nagle: boolean;
  /** Milliseconds of a wait. */
  ms: string;
  /** How a recv reads. */
  reads: Reads;
  /** Bytes to read in a recv, or the most that one call takes. */
  bytes: string;
  /** The text with which a recv ends. */
  until: string;
  /** For tls: the name of the server, the protocols that are offered, and whether the certificate must be valid. */
  serverName: string;
  alpn: string;
  verify: boolean;
}

// prettier-ignore
export const EMPTY_LINE: Line = {
  do: 'send', form: 'text', data: '', times: '', nagle: false, ms: '', reads: 'all', bytes: '', until: '',
  serverName: '', alpn: '', verify: false,
};

/** The bridge's limits. A test compares them with its schema. */
export const MOST_TIMES = 64;
export const MOST_WAIT_MS = 20_000;
export const MOST_RECV_BYTES = 1024 * 1024;
export const MOST_UNTIL_BYTES = 256;
export const MOST_NAME = 253;
export const MOST_PROTOCOLS = 8;
export const MOST_PROTOCOL = 64;

/** A stable code for what is wrong with a line by itself. */
export type FieldProblem =
  | 'TEXT_ESCAPE'
  | 'HEX_DIGITS'
  | 'HEX_ODD'
  | 'NUMBER_MISSING'
  | 'NUMBER_DIGITS'
  | 'NUMBER_TOO_LARGE'
  | 'TIMES'
  | 'WAIT'
  | 'RECV_BYTES'
  | 'RECV_UP_TO'
  | 'RECV_UNTIL'
  | 'TLS_NAME'
  | 'TLS_ALPN';

/** The bytes of a send as hex, or what is wrong with them. */
export function dataOf({ form, data }: Pick<Line, 'form' | 'data'>): { hex: string } | { problem: FieldProblem } {
  if (form === 'text') {
    const hex = hexOfTyped(data);
    return hex === undefined ? { problem: 'TEXT_ESCAPE' } : { hex };
  }
  if (form === 'hex') {
    const hex = data.replace(/\s+/g, '').toLowerCase();
    if (!/^[0-9a-f]*$/.test(hex)) return { problem: 'HEX_DIGITS' };
    return hex.length % 2 === 0 ? { hex } : { problem: 'HEX_ODD' };
  }
  const parsed = parseNumber(data);
  if ('number' in parsed) return { hex: numberToHex(parsed.number) };
  const problems = {
    empty: 'NUMBER_MISSING',
    'not-a-number': 'NUMBER_DIGITS',
    'too-large': 'NUMBER_TOO_LARGE',
  } as const;
  return { problem: problems[parsed.problem] };
}

/** The operation that a line means, or what is wrong with it. */
export function operationOf(line: Line): Operation | FieldProblem {
  switch (line.do) {
    case 'send':
      return sendOf(line);
    case 'wait': {
      const ms = wholeOrNot(line.ms, 0, MOST_WAIT_MS, false);
      return ms === undefined ? 'WAIT' : { do: 'wait', ms };
    }
    case 'recv':
      return recvOf(line);
    case 'tls':
      return tlsOf(line);
    default:
      return { do: line.do };
  }
}

function tlsOf({ serverName, alpn, verify }: Line): TlsOperation | FieldProblem {
  const name = serverName.trim();
  const protocols = alpn.split(',').flatMap((each) => each.trim() || []);
  if (name !== '' && (name.length > MOST_NAME || !SERVER_NAME.test(name))) return 'TLS_NAME';
  if (protocols.length > MOST_PROTOCOLS || !protocols.every((each) => each.length <= MOST_PROTOCOL && ALPN.test(each)))
    return 'TLS_ALPN';
  return {
    do: 'tls',
    ...(name !== '' && { serverName: name }),
    ...(protocols.length > 0 && { alpn: protocols }),
    ...(verify && { verify }),
  };
}

function recvOf(line: Line): Operation | FieldProblem {
  if (line.reads === 'until') {
    const until = hexOfTyped(line.until) ?? '';
    return until === '' || until.length > 2 * MOST_UNTIL_BYTES ? 'RECV_UNTIL' : { do: 'recv', until };
  }
  const bytes = wholeOrNot(line.bytes, 1, MOST_RECV_BYTES);
  if (line.reads === 'once') return bytes === undefined ? 'RECV_UP_TO' : { do: 'recv', upTo: bytes };
  if (line.bytes.trim() === '') return { do: 'recv' };
  return bytes === undefined ? 'RECV_BYTES' : { do: 'recv', bytes };
}

function sendOf(line: Line): Operation | FieldProblem {
  const data = dataOf(line);
  if ('problem' in data) return data.problem;
  const times = line.times.trim() === '' ? 1 : wholeOrNot(line.times, 1, MOST_TIMES);
  if (times === undefined) return 'TIMES';
  const text = line.form === 'text' && { text: true };
  return { do: 'send', hex: data.hex, ...text, ...(times > 1 && { times }), ...(line.nagle && { nagle: true }) };
}

/** The typed number. Undefined if it is no number or out of range. */
function wholeOrNot(typed: string, least: number, most: number, isWhole = true): number | undefined {
  const value = typed.trim() === '' ? NaN : Number(typed);
  const fits = value >= least && value <= most && (!isWhole || Number.isInteger(value));
  return fits ? value : undefined;
}

/** The line that one would type for an operation. */
export function lineOf(operation: Operation): Line {
  const line: Line = { ...EMPTY_LINE, do: operation.do };
  if (operation.do === 'wait') return { ...line, ms: String(operation.ms) };
  if (operation.do === 'recv') return { ...line, ...readsOf(operation) };
  if (operation.do === 'tls') {
    const { serverName = '', alpn = [], verify = false } = operation;
    return { ...line, serverName, alpn: alpn.join(','), verify };
  }
  if (operation.do !== 'send') return line;
  const { hex, text = false, times = 1, nagle = false } = operation;
  return { ...line, ...written(hex, text), times: times > 1 ? String(times) : '', nagle };
}

function readsOf(operation: Extract<Operation, { do: 'recv' }>): Pick<Line, 'reads' | 'bytes' | 'until'> {
  const line = { reads: 'all', bytes: '', until: '' } as const;
  if ('upTo' in operation) return { ...line, reads: 'once', bytes: String(operation.upTo) };
  if (!('until' in operation)) return { ...line, bytes: String(operation.bytes ?? '') };
  const { until } = operation;
  return { ...line, reads: 'until', until: inForm(until, 'text') ?? until.replace(/../g, '\\x$&') };
}

/** The bytes in the most readable notation. */
function written(hex: string, isText: boolean): Pick<Line, 'form' | 'data'> {
  const text = inForm(hex, 'text');
  if (text !== undefined && (isText || hex.length > 2)) return { form: 'text', data: text };
  const number = hex.length <= 16 ? inForm(hex, 'number') : undefined;
  return number === undefined ? { form: 'hex', data: hex } : { form: 'number', data: number };
}

/** The line with its bytes in another notation. If they cannot be written in it, the typed data stay. */
export function withForm(line: Line, form: Form): Line {
  const bytes = dataOf(line);
  const data = 'hex' in bytes && bytes.hex !== '' ? inForm(bytes.hex, form) : undefined;
  return { ...line, form, data: data ?? line.data };
}

function inForm(hex: string, form: Form): string | undefined {
  if (form === 'hex') return hex;
  const data = form === 'text' ? typedText(hex) : BigInt(`0x${hex || 0}`).toString();
  const back = data === undefined ? undefined : dataOf({ form, data });
  return back && 'hex' in back && back.hex === hex.toLowerCase() ? data : undefined;
}

/** The bytes as text, if only line ends and tabs need an escape. */
function typedText(hex: string): string | undefined {
  const rest = hex.replace(/../g, (byte) => (/^0[9ad]$/i.test(byte) ? '' : byte));
  if (rest !== '' && textFromHex(rest) === undefined) return undefined;
  return typedOf(new TextDecoder().decode(bytesFromHex(hex)));
}
