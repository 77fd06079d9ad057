import type { WithAllPlaces } from '../trace/draft-step.ts';
import type { Call, CallName, Side, State } from '../trace/step.ts';

/** What is known of a call besides its name and beginning. Without `returnedAt` it still blocks. */
export interface CallFacts {
  args?: string[] | undefined;
  returnedAt?: number | undefined;
  /** `ok` by default. */
  result?: string | undefined;
  bytes?: number | undefined;
  payload?: string | undefined;
  /** For a call that waits for several sockets. */
  ready?: number | undefined;
  /** What the call returned, as text. */
  value?: string | undefined;
  /** The program's own bytes, if `bytes` are records of TLS. */
  tls?: Call['tls'] | undefined;
  handshake?: Call['handshake'] | undefined;
  peer?: string | undefined;
  /** Who made the call, and by which system call. */
  by?: Caller | undefined;
}

export interface Caller {
  systemCall: string;
  process: number;
  thread: number;
}

const NO_ARGS: string[] = [];

/** A call that a source saw. */
export function observedCall(side: Side, id: string, name: CallName, startedAt: number, facts: CallFacts): Call {
  const { args = NO_ARGS, returnedAt, bytes, ready, value, tls, handshake, peer, by } = facts;
  const result = returnedAt === undefined ? undefined : (facts.result ?? 'ok');
  const payload = bytes === undefined ? undefined : (facts.payload ?? '');
  // prettier-ignore
  const call: WithAllPlaces<Call> = {
    kind: 'call', id, at: startedAt, side, evidence: 'observed', reason: undefined,
    name, args, startedAt, returnedAt, result, bytes, payload, ready, value, tls, handshake, peer,
    systemCall: by?.systemCall, process: by?.process, thread: by?.thread, within: undefined, range: undefined,
  };
  return call as Call;
}

/** The server's socket listens, as a source saw it. That was before the run: `at` is below zero. */
export function observedListening(at: number, cause?: string): State {
  // prettier-ignore
  const state: WithAllPlaces<State> = {
    kind: 'state', id: 'server.LISTEN', at, side: 'server', evidence: 'observed', reason: undefined,
    from: 'CLOSED', to: 'LISTEN', cause, seenAt: undefined, expected: undefined, lastsMs: undefined,
  };
  return state as State;
}
