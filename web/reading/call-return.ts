import type { Call, CallName } from '../../bridge/trace/step.ts';

/** Calls that a program makes to wait for the other side. The others return as soon as the kernel has taken them. */
const WAITS: ReadonlySet<CallName> = new Set(['accept', 'connect', 'recv']);

export function hasFailed({ result = 'ok' }: Call): boolean {
  return result !== 'ok';
}

/** Whether a call sleeps until something comes. send() does not: it copies, and returns. */
export function waitsForOther({ name }: Call): boolean {
  return WAITS.has(name);
}

/** Whether the return of a call is an event of its own: the program waited for it, or the call failed. */
export function isReturnAwaited(call: Call): boolean {
  return waitsForOther(call) || hasFailed(call);
}
