/**
 * A source of evidence sees something of a connection that others make, and reports it. It knows no page and no session,
 * and no other source. To add one: see CONTRIBUTING.md.
 *
 *     programs and kernels ──▶ source ──▶ reports (one connection each) ──▶ trace
 */
import type { WhyNoSource } from '../protocol/remedies.ts';
import type { Sink } from '../trace/report.ts';
import type { Side } from '../trace/step.ts';
import type { SourceStatus, Tells } from '../trace/trace.ts';

/** The status of a source of the bridge: the page has words for each of its codes. */
export type OwnStatus = SourceStatus<WhyNoSource>;

export interface EvidenceSource {
  readonly tells: Tells;
  /** The side that it reports on; absent if it reports on both. */
  readonly side?: Side;
  /** Whether it sees anything now, and if not, why. */
  status(): OwnStatus;
  /**
   * Begins to report on one connection that is about to be made.
   * @param startedAt microseconds of the monotonic clock: the run's zero
   */
  watch(startedAt: number, sink: Sink): Watch;
  /**
   * Only for a source that sees things when it looks: looks now. Looks bound the times that it reports, so the best moments
   * are right before and right after something that a program may notice.
   */
  look?(): void;
}

/** Each run describes its sources, and they seldom change: a description is kept until its source's status changes. */
const descriptions = new WeakMap<EvidenceSource, SourceStatus>();

/** A source's status as messages and traces have it. */
export function describeSource(source: EvidenceSource): SourceStatus {
  const status = source.status();
  const kept = descriptions.get(source);
  if (kept && kept.active === status.active && kept.why === status.why) return kept;
  const { tells, side } = source;
  const description = { ...status, tells, ...(side && { side }), ...(source.look && { samples: true }) };
  descriptions.set(source, description);
  return description;
}

/** One connection under watch. After `stop` nothing is reported. */
export interface Watch {
  /** The client's port is known: it distinguishes this connection from all others. */
  connectedFrom(port: number): void;
  /** Whether the source has reported anything that the server program does with this connection. */
  readonly watchesServer: boolean;
  /** Calls back once, when nothing more is expected: that may be at once. */
  whenSettled(callback: () => void): void;
  /** Whether more is sure to come, if perhaps late: a segment is under way, or a kernel will repeat one. */
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

/** It has no state, so all such connections share it. */
export const NOTHING_TO_WATCH: Watch = new NothingToWatch();
