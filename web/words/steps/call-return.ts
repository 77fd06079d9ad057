import type { Call, CallName } from '../../../bridge/trace/step.ts';

/** Calls that wait for the other side. */
const BLOCKING: ReadonlySet<CallName> = new Set(['accept', 'connect', 'recv']);

export function hasFailed({ result = 'ok' }: Call): boolean {
  return result !== 'ok';
}

/** Whether the return of a call is a moment of its own: it can block, or it failed. */
export function hasReturnSentence(call: Call): boolean {
  return BLOCKING.has(call.name) || hasFailed(call);
}
