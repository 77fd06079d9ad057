import type { Returned } from '../../tracer/report.ts';
import { kindOf } from '../../tracer/system-calls.ts';
import type { PlainReport, WaitReport } from '../calls/connection-calls.ts';
import type { Caller } from '../observed-steps.ts';
import type { OpenCall } from './open-calls.ts';
import { optionNames, optionValue } from './socket-options.ts';

const MSG_PEEK = 2;
const MSG_ERRQUEUE = 0x2000;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
/** struct linger: it is on, for zero seconds. */
const LINGER_ZERO = '0100000000000000';
export const SHUT_RD = 0;
/** Results of a call that has had no effect. */
export const NOTHING_HAPPENED: ReadonlySet<string> = new Set(['EAGAIN', 'EINPROGRESS', 'EINTR']);

const WAITS = { 'epoll-wait': 'epoll_wait', poll: 'poll', select: 'select' } as const;

export function callerOf({ name: systemCall, process, thread }: OpenCall): Caller {
  return { systemCall, process, thread };
}

/** A call in which a program waits for several sockets at once. */
export function waitOf(open: OpenCall): WaitReport | undefined {
  const { name, call, at: startedAt } = open;
  const kind = kindOf(name);
  if (kind !== 'poll' && kind !== 'select' && kind !== 'epoll-wait') return undefined;
  return { what: 'wait', call, name: WAITS[kind], startedAt, by: callerOf(open) };
}

/** The trace's name for a call on a connection; none if the trace does not tell of it. */
export function nameOnConnection({
  name,
  flags = 0,
  sends,
}: OpenCall): 'recv' | 'send' | 'shutdown' | 'close' | undefined {
  switch (kindOf(name)) {
    case 'receive':
      // Peeking takes nothing, and the queue of errors holds no bytes of the connection.
      return flags & (MSG_PEEK | MSG_ERRQUEUE) ? undefined : 'recv';
    case 'send':
      return 'send';
    case 'splice':
      return sends ? 'send' : 'recv';
    case 'shutdown':
      return 'shutdown';
    case 'close':
      return 'close';
    default:
      return undefined;
  }
}

/** A call that neither moves bytes nor waits, as the trace tells it; undefined for another call. */
export function plainReport(open: OpenCall, returned: Returned): PlainReport | undefined {
  const plain = plainFacts(open, returned);
  const { errno: result, at } = returned;
  return plain && { what: 'plain', startedAt: open.at, at, result, by: callerOf(open), ...plain };
}

function plainFacts(
  { name, option, descriptor, code }: OpenCall,
  { errno, result, value }: Returned,
): Pick<PlainReport, 'name' | 'args' | 'value'> | undefined {
  const given = errno === 'ok' ? { value: String(result) } : {};
  switch (kindOf(name)) {
    case 'option':
      return option && optionFacts(name as 'getsockopt' | 'setsockopt', option, value);
    case 'duplicate':
    case 'fcntl':
      return { name: 'dup', args: [String(descriptor)], ...given };
    case 'fork':
      return { name: 'fork', args: [], ...given };
    case 'exit':
      return { name: 'exit', args: [String(code)] };
    default:
      return undefined;
  }
}

function optionFacts(name: 'getsockopt' | 'setsockopt', option: NonNullable<OpenCall['option']>, got = '') {
  const names = optionNames(option);
  const value = optionValue(names[1], name === 'setsockopt' ? (option.value ?? '') : got);
  if (value === undefined) return { name, args: names };
  return name === 'setsockopt' ? { name, args: [...names, value] } : { name, args: names, value };
}

/** Whether a close() of the socket will reset the connection from now on; undefined if the call does not decide that. */
export function resetsAfter({ option, name }: OpenCall, { errno }: Returned): boolean | undefined {
  const isLinger = name === 'setsockopt' && option?.level === SOL_SOCKET && option.name === SO_LINGER;
  return isLinger && errno === 'ok' ? option.value === LINGER_ZERO : undefined;
}
