import type { SourceStatus } from '../trace/trace.ts';
import type { Sink } from '../trace/report.ts';

/**
 * A source of evidence: it sees something of a connection that others make, and reports it.
 * To add one: a file in this room, its name in `SourceStatus`, a line in `test/bridge/sources/contract.test.ts`.
 *
 *     programs and kernels ──▶ source ──▶ reports (one connection each) ──▶ trace
 */
export interface EvidenceSource {
  /** Whether it sees anything now, and a stable code where it does not. */
  status(): SourceStatus;
  /**
   * Begins to report on one connection that is about to be made.
   * @param startedAt microseconds of the monotonic clock: the run's zero
   */
  watch(startedAt: number, sink: Sink): Watch;
  /**
   * For a source that sees things only when it looks: looks now. Best right before and right after something that a program
   * may notice, as what it tells is bounded by its looks.
   */
  look?(): void;
}

/** One connection under watch. After `stop` nothing is reported. */
export interface Watch {
  /** The client's own port is known: it tells this connection from all others. */
  connectedFrom(port: number): void;
  /** Whether the source has told anything of what the server program does with this connection. */
  readonly watchesServer: boolean;
  /** Calls back once, when nothing more is expected; at once where nothing is. */
  whenSettled(callback: () => void): void;
  /** Whether more is sure to come, however long it takes: a segment is under way, or a kernel will send one again. */
  readonly busy?: boolean;
  /** Whether it also has something to tell of a connection that never came to be. */
  readonly seesAttempts?: boolean;
  stop(): void;
}

/** Where nothing is to be told of a connection, or no more. */
export class NothingToWatch implements Watch {
  readonly watchesServer = false;

  connectedFrom(): void {}

  whenSettled(callback: () => void): void {
    callback();
  }

  stop(): void {}
}

/** One for all such connections. */
export const NOTHING_TO_WATCH: Watch = new NothingToWatch();
