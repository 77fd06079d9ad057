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
import { CallWatch, type ListenReport } from './call-watch.ts';
import type { BlockedReport, ConnectionReport, WaitReport } from './connection-calls.ts';

type AcceptReport = Extract<ProbeReport, { what: 'accept' }>;

/** One accepted connection, with the reports that wait for its run. */
interface Connection {
  /** The source's own number for it. */
  number: number;
  port: number;
  reports: (ConnectionReport | WaitReport)[];
  acceptedAt: number;
  watch?: CallWatch;
  /** Nothing more will be reported on it. */
  over?: boolean;
}

/** Connections of other clients are never claimed. At most this many are kept at a time. */
const UNCLAIMED_CONNECTIONS = 4096;
/** At most this many reports of unclaimed connections are kept at a time. */
const UNCLAIMED_REPORTS = 16_384;
/** A run claims its connection at once: waits for older unclaimed ones than these are not kept. */
const RECENT_CONNECTIONS = 32;

/** The calls in which the program waits for connections just now. */
type WaitingNow = () => (BlockedReport | WaitReport)[];

export class ReportedConnections {
  readonly #port: number;
  readonly #waitingNow: WaitingNow | undefined;
  readonly #isReached: (host: string) => boolean;
  #listening: ListenReport | undefined;
  #lastAcceptAt = 0;
  #unclaimedReports = 0;
  readonly #connections = new ShortLivedMap<number, Connection>();
  readonly #byPort = new ShortLivedMap<number, Connection>();
  readonly #waiting = new ShortLivedMap<number, CallWatch>();
  /** The runs whose connection has not been accepted yet. */
  readonly #unserved = new Set<CallWatch>();
  /** The connections that have a run, by number. */
  readonly #joined = new ShortLivedMap<number, Connection>();
  /** The numbers of the youngest unclaimed connections. */
  #recent: number[] = [];
  #sourceRuns = false;
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /**
   * @param port the port on which the server's listening is of interest
   * @param isReached whether clients reach a socket that is bound to this address
   * @param waitingNow absent for a source that does not see calls begin: then accept() is taken to wait from the last one on
   */
  constructor(port: number, isReached: (host: string) => boolean = () => true, waitingNow?: WaitingNow) {
    this.#port = port;
    this.#isReached = isReached;
    this.#waitingNow = waitingNow;
  }

  get listening(): boolean {
    return this.#listening !== undefined;
  }

  /** The IP address to which the listening socket is bound. */
  get boundTo(): string | undefined {
    return this.#listening && hostOf(this.#listening.address);
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
    if (!this.#listening) return watch;
    watch.reportListening(this.#listening);
    const accept: BlockedReport = { what: 'blocked', call: 0, name: 'accept', startedAt: this.#lastAcceptAt };
    for (const report of this.#waitingNow?.() ?? [accept]) watch.reportBefore(report);
    this.#unserved.add(watch);
    return watch;
  }

  take(report: ListenReport | ConnectionReport): void {
    if (report.what === 'listen') this.#takeListen(report);
    else if (report.what === 'accept') this.#takeAccept(report);
    else this.#takeCall(report);
  }

  /** The program waits for connections on its listening socket. */
  takeWaitForNext(report: BlockedReport | WaitReport): void {
    for (const watch of this.#unserved) watch.reportBefore(report);
  }

  /**
   * The program waits for connections.
   * @param isWaitedFor whether the connection with this number is among them
   */
  takeWait(report: WaitReport, isWaitedFor: (connection: number) => boolean): void {
    for (const { number, watch } of this.#joined.values()) if (isWaitedFor(number)) watch?.report(report);
    for (const number of this.#recent) {
      if (!isWaitedFor(number)) continue;
      this.#connections.get(number)!.reports.push(report);
      this.#unclaimedReports += 1;
    }
    this.#forgetOldest();
  }

  /** A process has ended without closing this connection: nothing more will be reported on it. */
  abandoned(number: number): void {
    const connection = this.#connections.get(number);
    if (!connection) return;
    connection.over = true;
    connection.watch?.settle();
    this.#delete(number);
  }

  /** The server program has ended: no watch gets anything more. */
  ended(): void {
    this.#sourceRuns = false;
    this.#listening = undefined;
    for (const { watch } of this.#connections.values()) watch?.settle();
    for (const watch of this.#waiting.values()) watch.settle();
    this.#connections.clear();
    this.#byPort.clear();
    this.#joined.clear();
    this.#recent = [];
    this.#unserved.clear();
    this.#unclaimedReports = 0;
    this.#waiting.clear();
  }

  #takeListen(report: ListenReport): void {
    if (portOf(report.address) !== this.#port || !this.#isReached(hostOf(report.address))) return;
    this.#listening = report;
    this.#lastAcceptAt = report.at;
    this.onListening?.();
  }

  #takeAccept(report: AcceptReport): void {
    if (portOf(report.local) !== this.#port) return;
    this.#lastAcceptAt = report.at;
    const connection: Connection = {
      number: report.connection,
      port: report.peer === '' ? this.#onlyWaiting() : portOf(report.peer),
      reports: [report],
      acceptedAt: report.at,
    };
    const waiting = this.#waiting.get(connection.port);
    if (waiting) {
      this.#waiting.delete(connection.port);
      this.#join(connection, waiting);
    } else this.#keep(connection);
  }

  /** A connection whose peer has gone already can only be that of the only run that waits for one; 0 if there are more. */
  #onlyWaiting(): number {
    const [port = 0, another] = this.#waiting.keys();
    return another === undefined ? port : 0;
  }

  #keep(connection: Connection): void {
    const former = this.#byPort.get(connection.port);
    if (former) this.#forget(former);
    this.#byPort.set(connection.port, connection);
    this.#connections.set(connection.number, connection);
    this.#recent = [...this.#recent.slice(1 - RECENT_CONNECTIONS), connection.number];
    this.#unclaimedReports += connection.reports.length;
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    while (this.#byPort.size > UNCLAIMED_CONNECTIONS || this.#unclaimedReports > UNCLAIMED_REPORTS)
      this.#forget(this.#byPort.values().next().value!);
  }

  #forget(connection: Connection): void {
    this.#byPort.delete(connection.port);
    this.#delete(connection.number);
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
    this.#delete(report.connection);
  }

  #delete(number: number): void {
    this.#connections.delete(number);
    this.#joined.delete(number);
    if (this.#recent.includes(number)) this.#recent = this.#recent.filter((recent) => recent !== number);
  }

  #claim(port: number, watch: CallWatch): void {
    const connection = this.#byPort.get(port);
    if (connection) this.#forget(connection);
    // A connection older than the run is another client's that had the same port.
    if (connection && connection.acceptedAt >= watch.startedAt) this.#join(connection, watch);
    else if (this.#sourceRuns) this.#waiting.set(port, watch);
    else watch.settle();
  }

  #join(connection: Connection, watch: CallWatch): void {
    connection.watch = watch;
    this.#unserved.delete(watch);
    if (!connection.over) {
      this.#connections.set(connection.number, connection);
      this.#joined.set(connection.number, connection);
    }
    for (const report of connection.reports) watch.report(report);
    connection.reports = [];
    if (connection.over) watch.settle();
  }

  #release(port: number | undefined, watch: CallWatch): void {
    if (port !== undefined && this.#waiting.get(port) === watch) this.#waiting.delete(port);
    this.#unserved.delete(watch);
  }
}

/** An IPv6 address loses its brackets, and an IPv4 address its IPv6 prefix. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[(?:::ffff:(?=\d+\.))?(.*)\]$/, '$1');
}

/** The port in `host:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
