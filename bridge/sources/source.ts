import type { WhyNoSource } from '../protocol/remedies.ts';
import type { Sink } from '../trace/report.ts';
import type { Side } from '../trace/step.ts';
import type { SourceStatus, Tells } from '../trace/trace.ts';

/** The status of a source of ours: each of its codes is one that the page has words for. */
export type OwnStatus = SourceStatus<WhyNoSource>;

/**
 * A source of evidence: it sees something of a connection that others make, and reports it.
 * To add one: see CONTRIBUTING.md.
 *
 *     programs and kernels ──▶ source ──▶ reports (one connection each) ──▶ trace
 */
export interface EvidenceSource {
  readonly tells: Tells;
  /** Whose; absent if it reports of both sides. */
  readonly side?: Side;
  /** Whether it sees anything now, and if not, why. */
  status(): OwnStatus;
  /**
   * Begins to report on one connection that is about to be made.
   * @param startedAt microseconds of the monotonic clock: the run's zero
   */
  watch(startedAt: number, sink: Sink): Watch;
  /**
   * For a source that sees things only when it looks: looks now. The best moments are right before and right after
   * something that a program may notice, as its looks bound what it reports.
   */
  look?(): void;
}

/** What messages and traces say of a source. */
export function describeSource(source: EvidenceSource): SourceStatus {
  const { tells, side } = source;
  return { ...source.status(), tells, ...(side && { side }), ...(source.look && { samples: true }) };
}

/** One connection under watch. After `stop` nothing is reported. */
export interface Watch {
  /** The client's own port is known: it tells this connection from all others. */
  connectedFrom(port: number): void;
  /** Whether the source has reported anything that the server program does with this connection. */
  readonly watchesServer: boolean;
  /** Calls back once, when nothing more is expected: at once, if nothing is. */
  whenSettled(callback: () => void): void;
  /** Whether more is sure to come, however long it takes: a segment is under way, or a kernel will send one again. */
  readonly busy?: boolean;
  /** Whether it also reports on a connection that never came to be. */
  readonly seesAttempts?: boolean;
  stop(): void;
}

/** Reports nothing on a connection. */
export class NothingToWatch implements Watch {
  readonly watchesServer = false;

  connectedFrom(): void {}

  whenSettled(callback: () => void): void {
    callback();
  }

  stop(): void {}
}

/** It has no state, so that all such connections share it. */
export const NOTHING_TO_WATCH: Watch = new NothingToWatch();
