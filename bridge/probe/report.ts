/**
 * A report of the probe: one JSON object a line, on stdio 3 of the server process.
 * Times are microseconds of CLOCK_MONOTONIC (`process.hrtime`), comparable between processes of one machine.
 * `payload` is the first 4096 bytes in hex, empty if the probe did not see them (an http server's `recv`). `connection` is
 * unique, even if a shell has started several servers and their reports are mixed. A process that exits or crashes reports
 * nothing more: its kernel closes what is still open.
 */
export type ProbeReport =
  | { what: 'probe'; pid: number }
  | { what: 'listen'; startedAt: number; at: number; address: string }
  /**
   * `startedAt` is the end of the listen or of the accept before: the earliest moment from which it may block. `peer` is
   * empty if the peer has already gone; `local` is where the server listens.
   */
  | { what: 'accept'; connection: number; startedAt: number; at: number; peer: string; local: string }
  /** `startedAt` is the end of the accept or recv before. `bytes` 0: the peer's end of data. `result`: `ok` or errno name. */
  | { what: 'recv'; connection: number; startedAt: number; at: number; bytes: number; payload: string; result: string }
  /** A whole write. If a close cut it short, `result` is ECANCELED, and `bytes` is what the kernel had taken by then. */
  | { what: 'send'; connection: number; startedAt: number; at: number; bytes: number; payload: string; result: string }
  | { what: 'shutdown'; connection: number; startedAt: number; at: number; result: string }
  /** `reset`: the program asked for a RST instead of a FIN. */
  | { what: 'close'; connection: number; startedAt: number; at: number; reset: boolean };

/** The environment variable that is set if a bridge reads the probe's reports. */
export const PROBE_VARIABLE = 'APERTO_PROBE';
/** The file descriptor on which the probe reports. */
export const PROBE_DESCRIPTOR = 3;
