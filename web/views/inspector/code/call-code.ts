import type { Call, CallName } from '../../../../bridge/trace/step.ts';
import { lookup } from '../../../reading/checks.ts';

/** A programming language: for each call, the line of a program that makes it. */
export interface CodeLanguage {
  /** A proper name: it is not translated. */
  name: string;
  lines: Record<CallName, (parts: CallParts) => string>;
}

/** The parts of a call that a line of code shows. */
export interface CallParts {
  /** Whose program makes the call: the two name their sockets differently. */
  side: Call['side'];
  /** As written in code; a variable's name if the address was not seen. */
  host: string;
  port: string;
  family: 'AF_INET' | 'AF_INET6';
  /** The bytes that a line writes out, as pairs of hex digits; undefined if they are too many, or not all were seen. */
  bytes: string[] | undefined;
  length: number;
  args: readonly string[];
}

/** Nobody reads more bytes than these in a line. */
const MOST_BYTES = 12;

/** The line that makes the call; undefined for a call that is not known. */
export function codeOf(call: Call, language: CodeLanguage): string | undefined {
  return lookup(language.lines, call.name)?.(partsOf(call));
}

function partsOf(call: Call): CallParts {
  const bytes = call.payload?.match(/../g) ?? [];
  const length = call.bytes ?? 0;
  const address = call.name === 'accept' ? '' : (call.peer ?? call.args[0] ?? '');
  const colon = address.lastIndexOf(':');
  return {
    side: call.side,
    host: colon > 0 ? `'${address.slice(0, colon).replace(/[[\]]/g, '')}'` : 'host',
    port: colon > 0 ? address.slice(colon + 1) : 'port',
    family: call.args[0] === 'AF_INET6' ? 'AF_INET6' : 'AF_INET',
    bytes: length > MOST_BYTES || bytes.length < length ? undefined : bytes,
    length,
    args: call.args,
  };
}
