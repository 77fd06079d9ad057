import { infer, type Seen } from './infer.ts';
import type { Heard, Report } from './report.ts';
import { compareSteps, type Call, type State, type Step } from './step.ts';

/**
 * Collects what the sources report about one connection, in whatever order they do, and tells it as steps.
 * The same reports give the same steps, however they were interleaved.
 */
export class TraceBuilder {
  readonly #reports = new Map<string, Report>();

  get size(): number {
    return this.#reports.size;
  }

  /** A report whose id came before replaces the former, unless it knows less: a call that has returned stays returned. */
  report(report: Report): void {
    const known = this.#reports.get(report.id);
    if (known?.kind === 'call' && known.returnedAt !== undefined && (report as Call).returnedAt === undefined) return;
    this.#reports.set(report.id, report);
  }

  /** Every step known so far, seen and inferred, in time order. */
  steps({ serverWatched, final, now }: Pick<Seen, 'serverWatched' | 'final' | 'now'>): Step[] {
    const steps: Step[] = [];
    const calls: { client: Call[]; server: Call[] } = { client: [], server: [] };
    const heard: { client: Heard[]; server: Heard[] } = { client: [], server: [] };
    const states: State[] = [];
    for (const report of this.#reports.values()) {
      if (report.kind === 'heard') heard[report.side].push(report);
      else steps.push(report);
      if (report.kind === 'call') calls[report.side].push(report);
      else if (report.kind === 'state') states.push(report);
    }
    for (const side of ['client', 'server'] as const) {
      calls[side].sort(compareSteps);
      heard[side].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    }
    steps.push(...infer({ calls, heard, states, serverWatched, final, now }));
    return steps.sort(compareSteps);
  }
}
