/**
 * The model that bridge and page share: a trace is one TCP connection as an ordered list of steps. Each step says how
 * it is known. This room is pure: it imports nothing from other rooms and never changes what it is given. It must not
 * know sources, sockets, clocks or pages.
 *
 *     sources ─ reports ─▶ inference/trace-builder ─ steps ─▶ views
 *                                 ▲
 *                          inference/infer: steps that must have happened
 */

import { sortedBy } from './sort-by-number.ts';

export type Side = 'client' | 'server';

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/**
 * How a step is known. `captured`: the packet was seen. `observed`: a program or kernel reported it. `inferred`: nobody
 * saw it, but it must have happened.
 */
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

/** In these a program waits for several sockets at once, and is told which of them have something for it. */
export const WAIT_NAMES = ['epoll_wait', 'poll', 'select'] as const;
export type WaitName = (typeof WAIT_NAMES)[number];

/** These neither move bytes of a connection nor wait for it. `exit` is told only if a connection ends with its process. */
export type PlainName = 'setsockopt' | 'getsockopt' | 'dup' | 'fork' | 'exit';

/**
 * `reset` is not a system call: it is a close() that sends a RST (SO_LINGER with a time of zero). Nor is `tls`: it stands
 * where a handshake of TLS has ended, whose records were sent and received before.
 */
export type CallName =
  | 'socket'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'send'
  | 'recv'
  | 'shutdown'
  | 'close'
  | 'reset'
  | 'tls'
  | WaitName
  | PlainName;

/** Why an inferred step must have happened. The page has a sentence for each reason, `reasons.ts` its RFC section. */
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
  | 'state-follows-segment'
  | 'answered-a-syn'
  | 'began-before-capture';

interface StepBase {
  /** Unique in its trace, and the same in whatever order the sources report. */
  id: string;
  /**
   * Microseconds since the client called connect(), on one clock. Negative for what came before: the server's socket(),
   * bind(), listen() and accept(), and the client's socket().
   */
  at: number;
  side: Side;
  evidence: Evidence;
  /** Present if and only if `evidence` is `inferred`. */
  reason?: Reason;
  /** The connection that it belongs to, if its run has several: from 0. Its id is then unique in that connection. */
  connection?: number;
}

export interface Call extends StepBase {
  kind: 'call';
  name: CallName;
  /** The arguments as text: an address, a length. */
  args: string[];
  /** Equals `at`. */
  startedAt: number;
  /** Absent while the call is blocked, or if nobody saw it return. */
  returnedAt?: number;
  /** `ok` or an errno name (`ECONNREFUSED`). Absent while the call is blocked. */
  result?: string;
  /** Bytes sent or received. 0 for a recv() that found the peer's FIN. */
  bytes?: number;
  /** The first of those bytes in hex, at most `PAYLOAD_SHOWN` bytes. */
  payload?: string;
  /** For a call that waits for several sockets: how many had something. 0 if its time was up before that. */
  ready?: number;
  /** What the call returned, as text: the descriptor of dup(), the child of fork(), the value of getsockopt(). */
  value?: string;
  /**
   * The program's own bytes in a send() or recv() of TLS records: none if the records only belong to TLS. `bytes` and
   * `payload` are the records, as the kernel had them.
   */
  tls?: { bytes: number; payload: string };
  /** What a handshake of TLS has agreed on. */
  handshake?: TlsHandshake;
  /** The peer's `host:port`, for accept and connect. */
  peer?: string;
  /** The system call's own name, where a source saw it: `accept4` for accept, `read` or `recvfrom` for recv. */
  systemCall?: string;
  /** The process and the thread that made the call, by the machine's own numbers, where a source saw them. */
  process?: number;
  thread?: number;
  /**
   * Present if a source only looked at the program now and then, and saw neither the beginning nor the return of the
   * call. `startedAt` is when the call was first seen blocked: it began at most `startUs` earlier, or at an unknown
   * time if that is absent. `returnedAt` is when the call was first seen to be over: it returned at most `returnUs`
   * earlier. Without `result`, nobody knows what it returned.
   */
  within?: { startUs?: number; returnUs?: number };
  /**
   * Present if nobody saw the call and all that is known is a range: what it did, it did at most `earlierUs` before and at
   * most `laterUs` after the place that it has in the trace. For accept() that is its return.
   */
  range?: { earlierUs: number; laterUs: number };
}

/** Whether a program has nothing left that stands for the connection once it has made this call. */
export function isLastCall({ name }: Pick<Call, 'name'>): boolean {
  return name === 'close' || name === 'reset' || name === 'exit';
}

export interface TlsHandshake {
  version: string;
  /** By its name in the standard. */
  cipher: string;
  alpn?: string;
  /** The name of the server that the client has asked for. */
  serverName?: string;
  /** The common name in the server's certificate. */
  peerName?: string;
  /** Why the certificate is not valid for this client: a code. Absent if it is. */
  why?: string;
}

/** The bytes of a call as its program has them: not those of TLS. */
export function programBytes({ bytes, payload, tls }: Call): { bytes?: number; payload?: string } {
  return tls ?? { ...(bytes !== undefined && { bytes }), ...(payload !== undefined && { payload }) };
}

/**
 * What happened to a segment. `underway`: the link delays it. `held`: the link keeps it until the viewer lets it go, or
 * until those in front of it have gone. `unknown`: nothing shows whether it arrived.
 */
export type Fate = 'delivered' | 'dropped' | 'underway' | 'held' | 'unknown';

/** What can be said of a captured segment besides its fields: `docs/captures.md` defines each. */
export type Mark =
  | 'retransmission'
  | 'fast-retransmission'
  | 'spurious-retransmission'
  | 'out-of-order'
  | 'duplicate-ack'
  | 'previous-not-captured'
  | 'acked-not-captured'
  | 'keep-alive'
  | 'keep-alive-ack'
  | 'zero-window'
  | 'window-full'
  | 'window-probe'
  | 'window-probe-ack'
  | 'window-update'
  | 'port-reused'
  | 'duplicate-sack';

export interface Segment extends StepBase {
  kind: 'segment';
  from: Side;
  flags: Flag[];
  /** Relative sequence number: the SYN's is 0. */
  seq: number;
  /** Relative acknowledgment number. Absent if ACK is not set. */
  ack?: number;
  /** The numbers on the wire, if the packet was captured. */
  rawSeq?: number;
  rawAck?: number;
  /** Receive window in bytes, scaled. Absent if the packet was not seen. */
  window?: number;
  /** TCP options in order, as text. Absent if the packet was not seen. */
  options?: string[];
  /** Bytes of data. */
  length: number;
  /** The first bytes of data in hex, at most `PAYLOAD_SHOWN` bytes. */
  payload: string;
  sentAt: number;
  /** Absent while the segment is under way, or if nothing shows that it arrived. */
  arrivedAt?: number;
  fate: Fate;
  /** The time that nobody saw. A capture at one end estimates the time at the other, one in between estimates both. */
  estimated?: 'sentAt' | 'arrivedAt' | 'both';
  /** The IP and TCP headers in hex, as they crossed the wire. `payload` follows them in the packet. */
  header?: string;
  /** The id of the segment that the kernel sent again as this one. */
  retransmissionOf?: string;
  /** The id of the segment that the wire, not the kernel, copied. */
  duplicateOf?: string;
  /** While it is held: the id of the held segment that it waits behind. Absent if it is the first to go. */
  behind?: string;
  /** How often the kernel sent it again while the wire held it. */
  repeats?: number;
  /** A segment that only asks for an answer (RFC 9293 §3.8.4, §3.8.6.1). */
  probe?: 'keep-alive' | 'zero-window';
  /** What the segments before it say of it, if it comes from a capture file. */
  marks?: Mark[];
  /** The id of the call that made the kernel send it. */
  causedBy?: string;
  /** The id of the blocked call whose wait it ended. */
  woke?: string;
}

export interface State extends StepBase {
  kind: 'state';
  /** Equals `to` if the kernel was found in this state, and nobody saw how it got there. */
  from: TcpState;
  to: TcpState;
  /** The id of the step that caused the change. */
  cause?: string;
  /** When the kernel was first seen in the new state. Absent if it never was. */
  seenAt?: number;
  /** The state that should have followed, if the kernel was seen in a different one. */
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

/** The most bytes of payload that a step carries. `bytes` and `length` always count all bytes. */
export const PAYLOAD_SHOWN = 4096;

/** Rounds a time to a tenth of a microsecond: anything finer is noise, and makes long numbers to read. */
export function toTenths(microseconds: number): number {
  return Math.round(microseconds * 10) / 10;
}

/** Compares two steps by time. At the same instant, causes come before effects. */
export function compareSteps(a: Step, b: Step): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return atOneInstant(a, b);
}

/** Sorts many steps as `compareSteps` does. */
export function inTimeOrder<Kind extends Step>(steps: Kind[]): Kind[] {
  return sortedBy(steps, ({ at }) => at, atOneInstant);
}

function atOneInstant(a: Step, b: Step): number {
  return STEP_RANK[a.kind] - STEP_RANK[b.kind] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The order of steps at the same instant. */
export const STEP_RANK: Readonly<Record<Step['kind'], number>> = { call: 0, segment: 1, state: 2, output: 3 };
