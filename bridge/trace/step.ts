/**
 * The one model: a trace is one TCP connection told as an ordered list of steps.
 * Sources report steps that they saw; `infer.ts` adds those that must have happened; views draw them.
 */

import { sortedBy } from './sort-by-number.ts';

export type Side = 'client' | 'server';

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** How a step is known. `captured`: the packet was seen. `observed`: a program or kernel told. `inferred`: nobody saw it. */
export type Evidence = 'captured' | 'observed' | 'inferred';

/** Connection states, as RFC 9293 §3.3.2 writes them (with underscores). */
export type TcpState =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN_SENT'
  | 'SYN_RCVD'
  | 'ESTABLISHED'
  | 'FIN_WAIT_1'
  | 'FIN_WAIT_2'
  | 'CLOSE_WAIT'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'TIME_WAIT';

/** Control bits of a segment, RFC 9293 §3.1. */
export type Flag = 'SYN' | 'ACK' | 'PSH' | 'FIN' | 'RST' | 'URG' | 'ECE' | 'CWR';

/** `reset` is not a system call of its own: it is a close() that sends a RST (SO_LINGER with a time of zero). */
export type CallName =
  'socket' | 'bind' | 'listen' | 'accept' | 'connect' | 'send' | 'recv' | 'shutdown' | 'close' | 'reset';

/** Why an inferred step must have happened. The page has a sentence for each; `reasons.ts` has the RFC section. */
export type Reason =
  | 'listening-needs-a-bound-socket'
  | 'connect-begins-with-syn'
  | 'connect-succeeded'
  | 'connect-was-reset'
  | 'connect-refused'
  | 'peer-got-these-bytes'
  | 'program-sent-these-bytes'
  | 'program-closed'
  | 'peer-saw-the-end'
  | 'program-reset'
  | 'peer-saw-a-reset'
  | 'data-after-close'
  | 'ack-within-half-a-second'
  | 'fin-must-be-acknowledged'
  | 'only-an-accepted-socket-can-send'
  | 'state-follows-segment';

interface StepBase {
  /** Unique in its trace, and the same however the sources' reports were interleaved. */
  id: string;
  /** Microseconds since the run began, on one clock; below zero for what the server did before. */
  at: number;
  side: Side;
  evidence: Evidence;
  /** Given exactly when `evidence` is `inferred`. */
  reason?: Reason;
}

export interface Call extends StepBase {
  kind: 'call';
  name: CallName;
  /** What was passed, as text: an address, a length. */
  args: string[];
  /** Microseconds since the run began; equals `at`. */
  startedAt: number;
  /** Absent while the call is blocked, or where its end was not seen. */
  returnedAt?: number;
  /** `ok` or an errno name (`ECONNREFUSED`). Absent while the call is blocked. */
  result?: string;
  /** Bytes sent or received; 0 for a recv that met the peer's FIN. */
  bytes?: number;
  /** The first of those bytes in hex, at most `PAYLOAD_SHOWN` bytes. */
  payload?: string;
  /** The other end, `host:port`, for accept and connect. */
  peer?: string;
  /**
   * Given where the call was seen from outside now and then, and neither its entry nor its return: `startedAt` is when it
   * was first seen blocked, and it began at most `startUs` before (absent: nobody knows how long before); `returnedAt` is
   * when it was first seen to be over, and it returned at most `returnUs` before. What it returned is not known then,
   * unless `result` is there.
   */
  within?: { startUs?: number; returnUs?: number };
}

/**
 * What became of a segment. `underway`: the link delays it. `held`: the link keeps it until the viewer lets it go.
 * `unknown`: nothing tells whether it arrived.
 */
export type Fate = 'delivered' | 'dropped' | 'underway' | 'held' | 'unknown';

export interface Segment extends StepBase {
  kind: 'segment';
  from: Side;
  flags: Flag[];
  /** Relative sequence number: the SYN's is 0. */
  seq: number;
  /** Relative acknowledgment number; absent where ACK is not set. */
  ack?: number;
  /** As numbered on the wire, where the packet was captured. */
  rawSeq?: number;
  rawAck?: number;
  /** Receive window in bytes, scaled; absent where the packet was not seen. */
  window?: number;
  /** TCP options in order, as text; absent where the packet was not seen. */
  options?: string[];
  /** Bytes of data carried. */
  length: number;
  /** The first of them in hex, at most `PAYLOAD_SHOWN` bytes. */
  payload: string;
  sentAt: number;
  /** Absent while under way, or where nothing tells that it arrived. */
  arrivedAt?: number;
  fate: Fate;
  /** Which of the two times nobody saw: a capture at one end estimates what happened at the other. */
  estimated?: 'sentAt' | 'arrivedAt';
  /** The IP and TCP headers in hex, as they crossed the wire: with `payload`, the packet. */
  header?: string;
  /** The id of the segment of which this is another copy. */
  retransmissionOf?: string;
  /** The id of the segment of which the wire, not the kernel, made this copy. */
  duplicateOf?: string;
  /** How often the kernel sent it again while the wire held it. */
  repeats?: number;
  /** It only asks for an answer: RFC 9293 §3.8.4, §3.8.6.1. */
  probe?: 'keep-alive' | 'zero-window';
  /** The id of the call that made the kernel send it. */
  causedBy?: string;
  /** The id of the call that it woke. */
  woke?: string;
}

export interface State extends StepBase {
  kind: 'state';
  from: TcpState;
  to: TcpState;
  /** The id of the step that caused it. */
  cause?: string;
  /** When the kernel was first seen in it, where it was. */
  seenAt?: number;
  /** The state that should have followed, where the kernel was seen in another. */
  expected?: TcpState;
  /** Milliseconds that the kernel will stay in TIME_WAIT. */
  lastsMs?: number;
}

export interface Output extends StepBase {
  kind: 'output';
  stream: 'stdout' | 'stderr';
  line: string;
}

export type Step = Call | Segment | State | Output;

/** Bytes of payload that a step carries at most; `bytes` and `length` always count all of them. */
export const PAYLOAD_SHOWN = 4096;

/** Rounds a time to a tenth of a microsecond: anything finer is noise, and makes long numbers to read. */
export function toTenths(microseconds: number): number {
  return Math.round(microseconds * 10) / 10;
}

/** Steps in time order; at the same instant, causes before effects. */
export function compareSteps(a: Step, b: Step): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return atOneInstant(a, b);
}

/** The same order as `compareSteps`, for many. */
export function inTimeOrder<Kind extends Step>(steps: Kind[]): Kind[] {
  return sortedBy(steps, ({ at }) => at, atOneInstant);
}

function atOneInstant(a: Step, b: Step): number {
  return STEP_RANK[a.kind] - STEP_RANK[b.kind] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The order of steps at one moment. */
export const STEP_RANK: Readonly<Record<Step['kind'], number>> = { call: 0, segment: 1, state: 2, output: 3 };
