import type { Call, CallName, Side } from '../trace/step.ts';

/** What is known of a call besides its name and beginning; without `returnedAt` it is blocked still. */
export interface CallFacts {
  args?: string[] | undefined;
  returnedAt?: number | undefined;
  /** `ok` unless told otherwise. */
  result?: string | undefined;
  bytes?: number | undefined;
  payload?: string | undefined;
  peer?: string | undefined;
}

const NO_ARGS: string[] = [];

/** A call as a source saw it. Field by field, so that all of a kind have one shape, which V8 reads quickly. */
export function observedCall(side: Side, id: string, name: CallName, startedAt: number, facts: CallFacts): Call {
  const { args = NO_ARGS, returnedAt, result = 'ok', bytes, payload, peer } = facts;
  const call: Call = { kind: 'call', id, at: startedAt, side, evidence: 'observed', name, args, startedAt };
  if (returnedAt !== undefined) {
    call.returnedAt = returnedAt;
    call.result = result;
  }
  if (bytes !== undefined) {
    call.bytes = bytes;
    call.payload = payload ?? '';
  }
  if (peer !== undefined) call.peer = peer;
  return call;
}
