import type { LinkSettings, WireAction } from '../trace/link.ts';
import type { ConnectionSummary, LeftOut, Outcome, ProgramEnd, Reply, SourceStatus } from '../trace/trace.ts';

/** A run under way, whoever its client is. */
export interface RunUnderWay {
  /** Gives it up: its connections are aborted, and its end follows. */
  cancel(): void;
  /**
   * Delivers, drops or duplicates a segment that the link holds.
   * @param connection the number of its connection, if the run has several
   * @throws BridgeError `LINK_NEEDS_LAB`, `NOT_HELD`
   */
  act(segment: string, action: WireAction, connection?: number): void;
}

export interface RunResult {
  outcome: Outcome;
  reply?: Reply;
  /** The errno name or the limit behind the outcome, if there was one. */
  error?: string;
  /** When the client called connect(), ISO 8601 in UTC. */
  startedAt: string;
  /** Microseconds from connect() to the last thing that the steps show. */
  durationUs: number;
  /** Microseconds before connect() that the run waited for the server program to listen, if it did. */
  waitedUs?: number;
  leftOut?: LeftOut;
  /** `host:port`, if the run had a server of its own. */
  target?: string;
  /** How the link treated the run's packets, if the run had one. */
  link?: LinkSettings;
  /** The sources that this run really had. */
  sources: SourceStatus[];
  /** How the client program ended, if the run had one. */
  client?: ProgramEnd;
  /** The connections that the client program made; absent if it made only one. */
  connections?: ConnectionSummary[];
}
