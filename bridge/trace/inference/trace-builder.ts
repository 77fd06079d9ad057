import type { Heard, Pause, Report, Sighting } from '../report.ts';
import { sortedBy } from '../sort-by-number.ts';
import { inTimeOrder, type Call, type Segment, type Side, type State, type Step } from '../step.ts';
import { infer } from './infer.ts';
import type { Observations } from './observations.ts';

type Facts = Pick<Observations, 'serverWatched' | 'final' | 'now'>;

/**
 * Collects what the sources report about one connection, in any order, and returns it as steps of a trace. The same
 * reports give the same steps, however they were interleaved. It derives all steps anew each time, and writes into no
 * report. It knows nothing of sources, clocks or pages.
 *
 *     source ─┐
 *     source ─┼─ reports ─▶ the last of each id ─▶ observations + what infer.ts adds ─▶ steps in time order
 *     source ─┘
 */
export class TraceBuilder {
  readonly #reports = new Map<string, Report>();

  get size(): number {
    return this.#reports.size;
  }

  has(id: string): boolean {
    return this.#reports.has(id);
  }

  /**
   * A report replaces an earlier one with the same id, unless it knows less: a call that has returned stays returned,
   * and a segment that has arrived stays so.
   */
  report(report: Report): void {
    const known = this.#reports.get(report.id);
    if (known?.kind === 'call' && known.returnedAt !== undefined && (report as Call).returnedAt === undefined) return;
    if (known?.kind === 'segment' && known.arrivedAt !== undefined && (report as Segment).arrivedAt === undefined)
      return;
    this.#reports.set(report.id, report);
  }

  /** Every step known so far, seen and inferred, in time order. */
  steps({ captured = false, ...facts }: Partial<Pick<Observations, 'captured'>> & Facts): Step[] {
    const steps: Step[] = [];
    const calls: Record<Side, Call[]> = { client: [], server: [] };
    const heard: Record<Side, Heard[]> = { client: [], server: [] };
    let states: State[] = [];
    const unsorted: Segment[] = [];
    const sightings: Sighting[] = [];
    const pauses: Pause[] = [];
    for (const report of this.#reports.values()) {
      switch (report.kind) {
        case 'heard':
          heard[report.side].push(report);
          break;
        case 'sighting':
          sightings.push(report);
          break;
        case 'pause':
          pauses.push(report);
          break;
        case 'segment':
          unsorted.push(report);
          break;
        case 'call':
          calls[report.side].push(report);
          break;
        case 'state':
          states.push(report);
          break;
        default:
          steps.push(report);
      }
    }
    if (calls.client.some(isRefused)) {
      calls.server = [];
      states = states.filter(({ side }) => side !== 'server');
    }
    const segments = inTimeOrder(unsorted);
    for (const side of ['client', 'server'] as const) heard[side] = inOrder(heard[side]);
    for (const side of ['client', 'server'] as const) calls[side] = inTimeOrder(calls[side]);
    const { serverWatched, final, now } = facts;
    const told = { calls, heard, states, segments, sightings: inOrder(sightings), pauses };
    const { server, inferred } = infer({ ...told, captured, serverWatched, final, now });
    return inTimeOrder(steps.concat(states, calls.client, server, inferred));
  }
}

/**
 * A SYN that is refused has reached no listening socket (RFC 9293 §3.10.7.1). If a source saw one, it was another: bound to
 * another address, or closed by then.
 */
function isRefused({ name, result }: Call): boolean {
  return name === 'connect' && result === 'ECONNREFUSED';
}

function inOrder<Kind extends Heard | Sighting>(reports: Kind[]): Kind[] {
  return sortedBy(
    reports,
    ({ at }) => at,
    (a, b) => (a.id < b.id ? -1 : 1),
  );
}
