import { WAIT_NAMES, type Call, type CallName, type WaitName } from '../../bridge/trace/step.ts';

/** Calls that a program makes to wait for the other side. The others return as soon as the kernel has taken them. */
const WAITS: ReadonlySet<CallName> = new Set(['accept', 'connect', 'recv', ...WAIT_NAMES]);

export function hasFailed({ result = 'ok' }: Call): boolean {
  return result !== 'ok';
}

/** Whether a call sleeps until something comes. send() does not: it copies, and returns. */
export function waitsForOther({ name }: Call): boolean {
  return WAITS.has(name);
}

/** Whether a call sleeps until any of several sockets has something. */
export function waitsForSeveral({ name }: Call): boolean {
  return WAIT_NAMES.includes(name as WaitName);
}

/** Whether the return of a call is an event of its own: the program waited for it, or the call failed. */
export function isReturnAwaited(call: Call): boolean {
  return waitsForOther(call) || hasFailed(call);
}
