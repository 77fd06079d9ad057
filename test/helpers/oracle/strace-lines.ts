/** One line of strace: a call from entry to return, either half of a call, or the end of a thread. */
export type StraceLine =
  | { form: 'call'; pid: number; at: number; name: string; args: string; result: StraceResult; durationUs?: number }
  | { form: 'unfinished'; pid: number; at: number; name: string; args: string }
  | { form: 'resumed'; pid: number; at: number; name: string; args: string; result: StraceResult; durationUs?: number }
  | { form: 'ended'; pid: number; at: number };

/** What a call returned. `value` is absent for `?`: it never returned, or will be made again. */
export interface StraceResult {
  value?: number;
  /** What `-yy` writes of a returned descriptor: `TCP:[127.0.0.1:65432->127.0.0.1:40000]`. */
  about?: string;
  /** `ok` or an errno name. */
  errno: string;
}

/** A descriptor as `-yy` writes it: its number, and what it stands for. */
export interface StraceDescriptor {
  number: number;
  about?: string;
}

/** Calls that make a process, or a thread. */
export const FORKS = /^(?:v?fork|clone3?)$/;

const LINE = /^(?:\[pid +(\d+)\] +|(\d+) +)?(\d+)\.(\d{1,9}) (.*)$/;
const UNFINISHED = /^(\w+)\((.*?),? *<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. (\w+) resumed> ?(.*)$/;
const CALL = /^(\w+)\((.*)$/;
const RETURNED = /^(.*)\) += (.+?)(?: <(\d+\.\d+)>)?$/;
const RESULT = /^(-?\d+)(?:<((?:->|[^<>])*)>)?(?: ([A-Z]\w*))?/;
const ENDED = /^\+\+\+ (?:exited|killed) /;

/**
 * Reads a line of `strace -f -yy --timestamps=unix,ns -T -xx`. Returns nothing for a line of any other form. `at` is in
 * microseconds since 1970: the moment of the entry or, for `resumed`, of the return.
 */
export function readStraceLine(line: string): StraceLine | undefined {
  const [, bracketed, plain, seconds, fraction, rest] = LINE.exec(line) ?? [];
  if (rest === undefined) return undefined;
  const pid = Number(bracketed ?? plain ?? 0);
  const at = Number(seconds) * 1e6 + Number(fraction!.padEnd(9, '0')) / 1e3;
  if (ENDED.test(rest)) return { form: 'ended', pid, at };
  const unfinished = UNFINISHED.exec(rest);
  if (unfinished) return { form: 'unfinished', pid, at, name: unfinished[1]!, args: unfinished[2]! };
  const resumed = RESUMED.exec(rest);
  const [, name, whole] = resumed ?? CALL.exec(rest) ?? [];
  const returned = whole === undefined ? undefined : returnedIn(whole);
  return name !== undefined && returned
    ? { form: resumed ? 'resumed' : 'call', pid, at, name, ...returned }
    : undefined;
}

/** What follows a call's name: arguments, result and duration. */
function returnedIn(text: string): { args: string; result: StraceResult; durationUs?: number } | undefined {
  const [, args, result, seconds] = RETURNED.exec(text) ?? [];
  if (args === undefined || result === undefined) return undefined;
  return { args, result: resultOf(result), ...(seconds !== undefined && { durationUs: Number(seconds) * 1e6 }) };
}

function resultOf(text: string): StraceResult {
  const [, value, about, errno] = RESULT.exec(text) ?? [];
  if (value === undefined) return { errno: /^\? ([A-Z]\w*)/.exec(text)?.[1] ?? 'EINTR' };
  return { value: Number(value), ...(about !== undefined && { about }), errno: errno ?? 'ok' };
}

/** The descriptor that is a call's first argument. */
export function firstDescriptor(args: string): StraceDescriptor | undefined {
  const [, number, about] = /^(\d+)(?:<((?:->|[^<>])*)>)?/.exec(args) ?? [];
  return number === undefined ? undefined : { number: Number(number), ...(about !== undefined && { about }) };
}

/** Both ends of a TCP socket as `-yy` shows it, each `host:port`. A listening socket has only `local`. */
export function endsIn(about: string | undefined): { local: string; peer?: string } | undefined {
  const [, local, peer] = /^TCP(?:v6)?:\[(.+?:\d+)(?:->(.+:\d+))?\]$/.exec(about ?? '') ?? [];
  return local === undefined ? undefined : { local, ...(peer !== undefined && { peer }) };
}

/** The address among the arguments of a call like bind() or accept(): `host:port`. */
export function addressIn(args: string): string | undefined {
  const port = /sin6?_port=htons\((\d+)\)/.exec(args)?.[1];
  const [, four, six] = /inet_addr\("([^"]*)"\)|inet_pton\(AF_INET6, "([^"]*)"/.exec(args) ?? [];
  if (port === undefined || (four ?? six) === undefined) return undefined;
  const host = textOf((four ?? six)!);
  return six === undefined ? `${host}:${port}` : `[${host}]:${port}`;
}

/** The bytes among the arguments, in hex, as many as `-s` allows. */
export function payloadIn(args: string): string {
  const vectors = args.includes('iov_base=');
  let hex = '';
  for (const [, prefix, bytes, cut] of args.matchAll(/(iov_base=)?"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)) {
    if (vectors && prefix === undefined) continue;
    hex += bytes!.replaceAll('\\x', '');
    if (cut !== undefined || !vectors) break;
  }
  return hex;
}

/** `-xx` writes every string in hex, addresses too. */
function textOf(escaped: string): string {
  return escaped.replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
