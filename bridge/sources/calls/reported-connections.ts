/**
 * Sorts the calls of a server program by connection, and gives each run the calls on its own. A connection is known by its
 * client's port; the run may learn that port before or after the calls are reported. This room does not know which source
 * reports, nor how.
 *
 *     reports ─▶ by connection ─▶ the watch that claims its port ─▶ steps
 *                      └─ unclaimed: kept for a while, then forgotten
 */
import { ShortLivedMap } from '../../machine/short-lived-collections.ts';
import type { ProbeReport } from '../../probe/report.ts';
import type { Sink } from '../../trace/report.ts';
import type { Watch } from '../source.ts';
import { CallWatch, type ConnectionReport, type ListenReport } from './call-watch.ts';

type AcceptReport = Extract<ProbeReport, { what: 'accept' }>;

/** One accepted connection, with the reports that wait for its run. */
interface Connection {
  /** The source's own number for it. */
  number: number;
  port: number;
  reports: ConnectionReport[];
  watch?: CallWatch;
  /** Nothing more will be reported on it. */
  over?: boolean;
}

/** Connections of other clients are never claimed. At most this many are kept at a time. */
const UNCLAIMED_CONNECTIONS = 4096;
/** At most this many reports of unclaimed connections are kept at a time. */
const UNCLAIMED_REPORTS = 16_384;

export class ReportedConnections {
  readonly #port: number;
  #listening: ListenReport | undefined;
  #lastAcceptAt = 0;
  #unclaimedReports = 0;
  readonly #connections = new ShortLivedMap<number, Connection>();
  readonly #byPort = new ShortLivedMap<number, Connection>();
  readonly #waiting = new ShortLivedMap<number, CallWatch>();
  #sourceRuns = false;
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /** @param port the port on which the server's listening is of interest */
  constructor(port: number) {
    this.#port = port;
  }

  get listening(): boolean {
    return this.#listening !== undefined;
  }

  /** The source runs beside the program. Without it, no watch waits for reports. */
  sourceStarted(): void {
    this.#sourceRuns = true;
  }

  watch(startedAt: number, sink: Sink): Watch {
    const watch = new CallWatch(startedAt, sink, {
      claim: (port) => this.#claim(port, watch),
      release: (port) => this.#release(port, watch),
    });
    if (this.#listening) watch.reportListening(this.#listening, this.#lastAcceptAt);
    return watch;
  }

  take(report: ListenReport | ConnectionReport): void {
    if (report.what === 'listen') this.#takeListen(report);
    else if (report.what === 'accept') this.#takeAccept(report);
    else this.#takeCall(report);
  }

  /** A process has ended without closing this connection: nothing more will be reported on it. */
  abandoned(number: number): void {
    const connection = this.#connections.get(number);
    if (!connection) return;
    connection.over = true;
    connection.watch?.settle();
    this.#connections.delete(number);
  }

  /** The server program has ended: no watch gets anything more. */
  ended(): void {
    this.#sourceRuns = false;
    this.#listening = undefined;
    for (const { watch } of this.#connections.values()) watch?.settle();
    for (const watch of this.#waiting.values()) watch.settle();
    this.#connections.clear();
    this.#byPort.clear();
    this.#unclaimedReports = 0;
    this.#waiting.clear();
  }

  #takeListen(report: ListenReport): void {
    if (portOf(report.address) !== this.#port) return;
    this.#listening = report;
    this.#lastAcceptAt = report.at;
    this.onListening?.();
  }

  #takeAccept(report: AcceptReport): void {
    if (portOf(report.local) !== this.#port) return;
    this.#lastAcceptAt = report.at;
    const connection: Connection = { number: report.connection, port: portOf(report.peer), reports: [report] };
    const waiting = this.#waiting.get(connection.port);
    if (waiting) {
      this.#waiting.delete(connection.port);
      this.#join(connection, waiting);
    } else this.#keep(connection);
  }

  #keep(connection: Connection): void {
    const former = this.#byPort.get(connection.port);
    if (former) this.#forget(former);
    this.#byPort.set(connection.port, connection);
    this.#connections.set(connection.number, connection);
    this.#unclaimedReports += connection.reports.length;
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    while (this.#byPort.size > UNCLAIMED_CONNECTIONS || this.#unclaimedReports > UNCLAIMED_REPORTS)
      this.#forget(this.#byPort.values().next().value!);
  }

  #forget(connection: Connection): void {
    this.#byPort.delete(connection.port);
    this.#connections.delete(connection.number);
    this.#unclaimedReports -= connection.reports.length;
  }

  #takeCall(report: ConnectionReport): void {
    const connection = this.#connections.get(report.connection);
    if (!connection) return;
    if (connection.watch) connection.watch.report(report);
    else {
      connection.reports.push(report);
      this.#unclaimedReports += 1;
      this.#forgetOldest();
    }
    if (report.what !== 'close') return;
    connection.over = true;
    this.#connections.delete(report.connection);
  }

  #claim(port: number, watch: CallWatch): void {
    const connection = this.#byPort.get(port);
    if (connection) this.#forget(connection);
    // A connection older than the run is another client's that had the same port.
    if (connection && connection.reports[0]!.at >= watch.startedAt) this.#join(connection, watch);
    else if (this.#sourceRuns) this.#waiting.set(port, watch);
    else watch.settle();
  }

  #join(connection: Connection, watch: CallWatch): void {
    connection.watch = watch;
    if (!connection.over) this.#connections.set(connection.number, connection);
    for (const report of connection.reports) watch.report(report);
    connection.reports = [];
    if (connection.over) watch.settle();
  }

  #release(port: number, watch: CallWatch): void {
    if (this.#waiting.get(port) === watch) this.#waiting.delete(port);
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
