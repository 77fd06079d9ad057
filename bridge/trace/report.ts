import type { Side, Step, TcpState } from './step.ts';

/**
 * What a program's socket layer received from its peer, even if the program has not read it yet. It is not a step: it
 * proves that segments arrived, and by when.
 */
export interface Heard {
  kind: 'heard';
  id: string;
  /** In microseconds, as the times of `Report`. */
  at: number;
  side: Side;
  what: 'data' | 'fin' | 'rst';
  /** Bytes of data; 0 for an end. */
  bytes: number;
  /** The first bytes in hex, at most `PAYLOAD_SHOWN` bytes. */
  payload: string;
}

/** The state that a kernel reported for its end of the connection when asked. It is not a step: it confirms a state. */
export interface Sighting {
  kind: 'sighting';
  id: string;
  /** In microseconds, as the times of `Report`. */
  at: number;
  side: Side;
  state: TcpState;
  /** Milliseconds until the kernel forgets a connection in TIME_WAIT. */
  expiresMs?: number;
}

/** A time in which a program made no call, because each of its threads was blocked. It is not a step: no call lies in it. */
export interface Pause {
  kind: 'pause';
  id: string;
  /** In microseconds, as the times of `Report`. */
  at: number;
  until: number;
  side: Side;
}

/**
 * What a source may report. Its times are microseconds since the run began, until `zero-at-connect.ts` gives them the
 * trace's zero. A report with the id of an earlier one replaces it: a blocked call that has returned.
 */
export type Report = Step | Heard | Sighting | Pause;
export type Sink = (report: Report) => void;
