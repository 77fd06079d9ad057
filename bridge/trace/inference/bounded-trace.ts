import type { Report } from '../report.ts';
import type { Step } from '../step.ts';
import type { LeftOut } from '../trace.ts';
import { TraceBuilder } from './trace-builder.ts';

/** The share of a trace that printed lines may have: a program that prints much must not hide its connection. */
const SHARE_OF_LINES = 0.2;

/**
 * A trace that holds at most so many reports, because watching must not harm what is watched: whatever comes beyond is
 * counted and left out, and the connection goes on.
 *
 *     reports ─▶ printed lines: at most a fifth ─▶ everything: at most `most` ─▶ TraceBuilder
 *                       └─ leftOut.lines                └─ leftOut.steps: from here on nothing new is known
 *
 * What is known already may still be completed: a segment arrives, a call returns. Once steps are left out, the trace is
 * that of a run which goes on: nothing is inferred about how it ends.
 */
export class BoundedTrace {
  readonly #trace = new TraceBuilder();
  readonly #most: number;
  readonly #hasRoom: () => boolean;
  #keptLines = 0;
  #lines = 0;
  #steps = 0;
  /** When the first step was left out. */
  #fullAt = Infinity;

  /**
   * @param most reports
   * @param hasRoom whether traces that share their room with this one have left some
   */
  constructor(most: number, hasRoom = (): boolean => true) {
    this.#most = most;
    this.#hasRoom = hasRoom;
  }

  get size(): number {
    return this.#trace.size;
  }

  /** Undefined if the trace is whole. */
  get leftOut(): LeftOut | undefined {
    if (this.#lines + this.#steps === 0) return undefined;
    return { ...(this.#lines > 0 && { lines: this.#lines }), ...(this.#steps > 0 && { steps: this.#steps }) };
  }

  report(report: Report): void {
    if (!this.#trace.has(report.id) && !this.#hasRoomFor(report)) return;
    this.#trace.report(report);
  }

  steps(facts: Parameters<TraceBuilder['steps']>[0]): Step[] {
    return this.#trace.steps(
      this.#steps > 0 ? { ...facts, final: false, now: Math.min(facts.now, this.#fullAt) } : facts,
    );
  }

  #hasRoomFor({ kind, at }: Report): boolean {
    if (kind === 'output' && this.#keptLines >= this.#most * SHARE_OF_LINES) {
      this.#lines += 1;
      return false;
    }
    if (this.#trace.size >= this.#most || !this.#hasRoom()) {
      this.#steps += 1;
      this.#fullAt = Math.min(this.#fullAt, at);
      return false;
    }
    if (kind === 'output') this.#keptLines += 1;
    return true;
  }
}
