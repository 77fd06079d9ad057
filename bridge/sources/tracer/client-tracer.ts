/**
 * The tracer's reports on a client program, as calls on its sockets. It does not start the tracer, and does not know which
 * socket belongs to which connection of a run.
 *
 *     tracer ─ reports ─▶ calls by socket ─▶ whoever sorts them by connection
 */
import type { WhyNoSource } from '../../protocol/remedies.ts';
import type { TracerReport } from '../../tracer/report.ts';
import type { SourceStatus } from '../../trace/trace.ts';
import { ClientCalls, type ClientCallsOptions } from './client-calls.ts';
import { UNSEEN, whyUntraced } from './tracer-lines.ts';

export interface ClientTracerOptions extends ClientCallsOptions {
  /** The program's first process has ended, while others go on. */
  onExited(): void;
}

export class ClientTracer {
  readonly #options: ClientTracerOptions;
  readonly #calls: ClientCalls;
  readonly #processes = new Set<number>();
  /** Why it reports nothing. */
  #why: WhyNoSource | undefined;
  /** Why it does not see everything. */
  #flaw: WhyNoSource | undefined;

  /** @param why the reason if the program runs without a tracer */
  constructor(options: ClientTracerOptions, why?: WhyNoSource) {
    this.#options = options;
    this.#why = why;
    this.#calls = new ClientCalls(options);
  }

  status(): SourceStatus<WhyNoSource> {
    const why = this.#why ?? this.#flaw;
    const active = this.#why === undefined;
    return { name: 'client-tracer', tells: 'calls', side: 'client', active, ...(why && { why }) };
  }

  /** Whether the program's calls are reported. */
  get isActive(): boolean {
    return this.#why === undefined;
  }

  /** Every process of the program, wherever it has gone. */
  get processes(): ReadonlySet<number> {
    return this.#processes;
  }

  /** The tracer ended before it could do anything: the program runs without it. */
  lost(): void {
    this.#why ??= 'TRACER_NOT_POSSIBLE';
  }

  /** The program and its tracer have ended, and all reports have been read. */
  programEnded(): void {
    this.#calls.ended();
  }

  take(report: TracerReport): void {
    switch (report.what) {
      case 'born':
        return void this.#processes.add(report.process);
      case 'died':
        return void this.#processes.delete(report.process);
      case 'started':
        this.#processes.add(report.process);
        if (report.errno !== undefined) this.#why = whyUntraced(report.errno);
        return;
      case 'exited':
        return this.#options.onExited();
      case 'unseen':
        this.#flaw ??= UNSEEN[report.why];
        return;
      case 'enter':
        return this.#calls.entered(report);
      case 'return':
        return this.#calls.returned(report);
      case 'released':
        return this.#calls.released(report);
      case 'gone':
        return this.#calls.gone(report.thread);
    }
  }
}
