import type { ProbeReport } from '../../probe/report.ts';
import { ShortLivedMap } from '../../machine/short-lived.ts';
import type { Sink } from '../../trace/report.ts';
import type { Watch } from '../source.ts';
import { ToldWatch, type Listening, type OfConnection } from './watch.ts';

type Accepted = Extract<ProbeReport, { what: 'accept' }>;

/** One accepted connection: what was told of it so far, for whoever made it. */
interface Connection {
  /** The teller's own number for it. */
  number: number;
  port: number;
  reports: OfConnection[];
  watch?: ToldWatch;
  /** Nothing more will be told of it. */
  over?: boolean;
}

/** Connections that nobody claims (another client's) are kept at most this many at a time. */
const UNCLAIMED_CONNECTIONS = 4096;
/** Reports that nobody claimed are kept at most so many at a time. */
const UNCLAIMED_REPORTS = 16_384;

/**
 * Brings what is told of a server program, call by call, to the runs whose connections it is about. A connection is known
 * by its client's port; whether that is known before or after the connection is told makes no difference.
 *
 *     reports ─▶ by connection ─▶ the watch whose port it is
 */
export class ToldConnections {
  readonly #port: number;
  #listening: Listening | undefined;
  #lastAcceptAt = 0;
  #unclaimedReports = 0;
  readonly #connections = new ShortLivedMap<number, Connection>();
  readonly #byPort = new ShortLivedMap<number, Connection>();
  readonly #waiting = new ShortLivedMap<number, ToldWatch>();
  /** Whether somebody is there to tell: a watch need not wait otherwise. */
  present = false;
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /** @param port the port on which the server's listening is of interest */
  constructor(port: number) {
    this.#port = port;
  }

  get listening(): boolean {
    return this.#listening !== undefined;
  }

  watch(startedAt: number, sink: Sink): Watch {
    const watch = new ToldWatch(startedAt, sink, {
      claim: (port) => this.#claim(port, watch),
      release: (port) => this.#release(port, watch),
    });
    if (this.#listening) watch.tellListening(this.#listening, this.#lastAcceptAt);
    return watch;
  }

  take(report: Listening | OfConnection): void {
    if (report.what === 'listen') this.#listen(report);
    else if (report.what === 'accept') this.#accept(report);
    else this.#tell(report);
  }

  /** Nothing more will be told of this connection, though nobody closed it: its program has ended. */
  abandoned(number: number): void {
    const connection = this.#connections.get(number);
    if (!connection) return;
    connection.over = true;
    connection.watch?.settle();
    this.#connections.delete(number);
  }

  /** The server program has ended: whatever was not told of it never will be. */
  ended(): void {
    this.present = false;
    this.#listening = undefined;
    for (const { watch } of this.#connections.values()) watch?.settle();
    for (const watch of this.#waiting.values()) watch.settle();
    this.#connections.clear();
    this.#byPort.clear();
    this.#unclaimedReports = 0;
    this.#waiting.clear();
  }

  #listen(report: Listening): void {
    if (portOf(report.address) !== this.#port) return;
    this.#listening = report;
    this.#lastAcceptAt = report.at;
    this.onListening?.();
  }

  #accept(report: Accepted): void {
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

  #tell(report: OfConnection): void {
    const connection = this.#connections.get(report.connection);
    if (!connection) return;
    if (connection.watch) connection.watch.tell(report);
    else {
      connection.reports.push(report);
      this.#unclaimedReports += 1;
      this.#forgetOldest();
    }
    if (report.what !== 'close') return;
    connection.over = true;
    this.#connections.delete(report.connection);
  }

  #claim(port: number, watch: ToldWatch): void {
    const connection = this.#byPort.get(port);
    if (connection) this.#forget(connection);
    // An older connection from the same port is another client's, long gone.
    if (connection && connection.reports[0]!.at >= watch.startedAt) this.#join(connection, watch);
    else if (this.present) this.#waiting.set(port, watch);
    else watch.settle();
  }

  #join(connection: Connection, watch: ToldWatch): void {
    connection.watch = watch;
    if (!connection.over) this.#connections.set(connection.number, connection);
    for (const report of connection.reports) watch.tell(report);
    connection.reports = [];
    if (connection.over) watch.settle();
  }

  #release(port: number, watch: ToldWatch): void {
    if (this.#waiting.get(port) === watch) this.#waiting.delete(port);
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
