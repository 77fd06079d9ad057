/**
 * The bridge's end of the tracer. `bridge/tracer` runs beside a program in any language and reports its calls; this end
 * makes a connection's calls of them. It does not start the tracer, and knows no language.
 *
 *     tracer ─ lines ─▶ reports ─▶ calls on sockets ─▶ by connection ─▶ the watch of its run
 */
import { monotonicUs } from '../../machine/clock.ts';
import type { LineSplitter } from '../../machine/line-splitter.ts';
import type { WhyNoSource } from '../../protocol/remedies.ts';
import type { TracerReport } from '../../tracer/report.ts';
import type { Sink } from '../../trace/report.ts';
import { portOf, ReportedConnections } from '../calls/reported-connections.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';
import { SocketCalls } from './socket-calls.ts';
import { tracerLines, UNSEEN, whyUntraced } from './tracer-lines.ts';

export class ServerTracer implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #port: number;
  readonly #isReached: ((host: string) => boolean) | undefined;
  readonly #now: () => number;
  /** Why it reports nothing. */
  #why: WhyNoSource | undefined = 'TRACER_NOT_ASKED';
  /** Why it does not see everything. */
  #flaw: WhyNoSource | undefined;
  #process: number | undefined;
  readonly #processes = new Set<number>();
  #connections: ReportedConnections;
  #calls: SocketCalls;
  #lines: LineSplitter;
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;
  /** Called when the program's first process has ended, while others go on: whether it ended by itself, without an error. */
  onExited: ((byItself: boolean) => void) | undefined;

  /**
   * @param port the port on which the server's listening is of interest
   * @param isReached whether clients reach a socket that is bound to this address
   * @param now microseconds of the monotonic clock
   */
  constructor(port: number, isReached?: (host: string) => boolean, now = monotonicUs) {
    this.#port = port;
    this.#isReached = isReached;
    this.#now = now;
    [this.#connections, this.#calls, this.#lines] = this.#readerOfOneProgram();
  }

  status(): OwnStatus {
    const why = this.#why ?? (this.listening ? this.#flaw : 'NOT_SEEN_LISTENING');
    const active = this.#why === undefined && this.listening;
    return { name: 'server-tracer', active, ...(why && { why }) };
  }

  get listening(): boolean {
    return this.#connections.listening;
  }

  get boundTo(): string | undefined {
    return this.#connections.boundTo;
  }

  /** The first process of the program that has not ended, once it runs under the tracer. */
  get process(): number | undefined {
    const [first] = this.#processes;
    return first ?? this.#process;
  }

  /** Every process of the program, wherever it has gone. */
  get processes(): ReadonlySet<number> {
    return this.#processes;
  }

  /** The system call in which the program waits for a connection now, if it does. */
  get blockedIn(): string | undefined {
    return this.#why === undefined ? this.#calls.blockedFor((address) => portOf(address) === this.#port) : undefined;
  }

  /** A tracer starts a program, and its reports will come. */
  begin(): void {
    this.#why = undefined;
    this.#flaw = undefined;
    [this.#connections, this.#calls, this.#lines] = this.#readerOfOneProgram();
    this.#connections.sourceStarted();
  }

  /** Reports nothing from now on. The reason is a stable code. */
  leave(why: WhyNoSource): void {
    this.#connections.ended();
    this.#calls.ended();
    this.#why ??= why;
  }

  /** The program and its tracer have ended, and all reports have been read. */
  programEnded(): void {
    this.#lines.end();
    this.#process = undefined;
    this.#processes.clear();
    this.#connections.ended();
    this.#calls.ended();
  }

  watch(startedAt: number, sink: Sink): Watch {
    return this.#why === undefined ? this.#connections.watch(startedAt, sink) : NOTHING_TO_WATCH;
  }

  /** Takes what the tracer wrote: text, split anywhere. */
  feed(text: string): void {
    this.#lines.feed(text);
  }

  #take(report: TracerReport): void {
    if (report.what === 'started') return this.#started(report.process, report.errno);
    if (report.what === 'exited') return this.onExited?.(report.code === 0 && report.signal === 0);
    if (report.what === 'born') return void this.#processes.add(report.process);
    if (report.what === 'died') return void this.#processes.delete(report.process);
    if (this.#why !== undefined) return;
    if (report.what === 'unseen') this.#flaw ??= UNSEEN[report.why];
    else if (report.what === 'enter') this.#calls.entered(report);
    else if (report.what === 'return') this.#calls.returned(report);
    else if (report.what === 'released') this.#calls.released(report);
    else if (report.what === 'gone') this.#calls.gone(report.thread);
  }

  #started(process: number, errno: string | undefined): void {
    this.#process = process;
    this.#processes.add(process);
    if (errno !== undefined) this.leave(whyUntraced(errno));
  }

  #readerOfOneProgram(): [ReportedConnections, SocketCalls, LineSplitter] {
    const isOfInterest = (address: string): boolean => portOf(address) === this.#port;
    const connections = new ReportedConnections(this.#port, this.#isReached, () => calls.waitingFor(isOfInterest));
    connections.onListening = () => this.onListening?.();
    const calls: SocketCalls = new SocketCalls({
      onReport: (report) => connections.take(report),
      onWaitForNext: (report, address) => isOfInterest(address) && connections.takeWaitForNext(report),
      onWait: (report, isWaitedFor) => connections.takeWait(report, isWaitedFor),
      onAbandoned: (connection) => connections.abandoned(connection),
      now: this.#now,
    });
    return [connections, calls, tracerLines((report) => this.#take(report))];
  }
}
