import type { Report, Sink } from './report.ts';
import { toTenths, type Step } from './step.ts';

/** The call whose beginning is the zero of a trace. */
const CONNECT = 'client.connect';

/**
 * The one place where a trace gets its zero: the moment at which the client calls connect(). Sources stamp their reports
 * with the time since the run began, because nobody knows yet when that call will come. Reports that come before it
 * wait for it, so that no step is ever told with a time that changes later. It writes into no report.
 *
 *     sources ─ microseconds since the run began ─▶ ZeroAtConnect ─ microseconds since connect() ─▶ trace
 */
export class ZeroAtConnect {
  readonly #sink: Sink;
  #waiting: Report[] = [];
  #zero: number | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Microseconds from the beginning of the run to connect(); 0 while that is not known. */
  get us(): number {
    return this.#zero ?? 0;
  }

  take(report: Report): void {
    if (this.#zero !== undefined) return this.#sink(since(this.#zero, report));
    this.#waiting.push(report);
    if (report.id === CONNECT) this.#begin(report.at);
  }

  /** The run is over. If its client never called connect(), the zero is the beginning of the run. */
  end(): void {
    if (this.#zero === undefined) this.#begin(0);
  }

  #begin(zero: number): void {
    this.#zero = zero;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const report of waiting) this.#sink(since(zero, report));
  }
}

/** The report with all its times counted from `zero`. Durations stay as they are. */
export function since<Kind extends Report>(zero: number, report: Kind): Kind {
  const moved = { ...report };
  const move = (time: number): number => toTenths(time - zero);
  moved.at = move(moved.at);
  switch (moved.kind) {
    case 'call':
      moved.startedAt = move(moved.startedAt);
      if (moved.returnedAt !== undefined) moved.returnedAt = move(moved.returnedAt);
      break;
    case 'segment':
      moved.sentAt = move(moved.sentAt);
      if (moved.arrivedAt !== undefined) moved.arrivedAt = move(moved.arrivedAt);
      break;
    case 'pause':
      moved.until = move(moved.until);
      break;
    case 'state':
      if (moved.seenAt !== undefined) moved.seenAt = move(moved.seenAt);
  }
  return moved;
}

/** When the last thing of a trace happened: the last step, return or arrival. 0 if there is none after connect(). */
export function endOfSteps(steps: readonly Step[]): number {
  let end = 0;
  for (const step of steps) {
    end = Math.max(end, step.at);
    if (step.kind === 'call') end = Math.max(end, step.returnedAt ?? 0);
    else if (step.kind === 'segment') end = Math.max(end, step.arrivedAt ?? 0);
  }
  return end;
}
