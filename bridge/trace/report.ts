import type { Side, Step, TcpState } from './step.ts';

/**
 * What a program's socket layer heard from its peer, whether or not the program asked for it yet. Not a step by
 * itself: it proves that segments arrived, and by when.
 */
export interface Heard {
  kind: 'heard';
  id: string;
  /** Microseconds since the run began. */
  at: number;
  side: Side;
  what: 'data' | 'fin' | 'rst';
  /** Bytes of data; 0 for an end. */
  bytes: number;
  /** The first of them in hex, at most `PAYLOAD_SHOWN` bytes. */
  payload: string;
}

/** What a kernel said of its end of the connection when it was asked. Not a step by itself: it bears out a state. */
export interface Sighting {
  kind: 'sighting';
  id: string;
  /** Microseconds since the run began. */
  at: number;
  side: Side;
  state: TcpState;
  /** Milliseconds until a connection in TIME_WAIT is forgotten. */
  expiresMs?: number;
}

/** What a source may say. One that comes again with the same id replaces the former: a blocked call that returned. */
export type Report = Step | Heard | Sighting;
export type Sink = (report: Report) => void;
