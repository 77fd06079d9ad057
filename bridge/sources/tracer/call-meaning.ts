import type { Returned } from '../../tracer/report.ts';
import { kindOf } from '../../tracer/system-calls.ts';
import type { WaitReport } from '../calls/connection-calls.ts';
import type { Caller } from '../observed-steps.ts';
import type { OpenCall } from './open-calls.ts';

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

/** Whether a close() of the socket will reset the connection from now on; undefined if the call does not decide that. */
export function resetsAfter({ option, name }: OpenCall, { errno }: Returned): boolean | undefined {
  const isLinger = name === 'setsockopt' && option?.level === SOL_SOCKET && option.name === SO_LINGER;
  return isLinger && errno === 'ok' ? option.value === LINGER_ZERO : undefined;
}
