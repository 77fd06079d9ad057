import { LineSplitter } from '../line-splitter.ts';
import type { ProbeReport } from '../probe/report.ts';
import type { Source } from '../trace/outcome.ts';
import type { Sink } from '../trace/report.ts';
import { PAYLOAD_SHOWN } from '../trace/step.ts';
import { ProbeWatch, type Listening, type OfConnection } from './probe-watch.ts';
import { readReport } from './read-report.ts';
import type { EvidenceSource, Watch } from './source.ts';

type Accepted = Extract<ProbeReport, { what: 'accept' }>;

/** One accepted connection: what the probe told of it so far, for whoever made it. */
interface Connection {
  /** The probe's own number for it. */
  number: number;
  port: number;
  reports: OfConnection[];
  watch?: ProbeWatch;
}

/** Connections that nobody claims (another client's) are kept at most this many at a time. */
const UNCLAIMED_CONNECTIONS = 4096;
/** Reports that nobody claimed are kept at most so many at a time, each of at most `REPORT_LENGTH`. */
const UNCLAIMED_REPORTS = 16_384;
/** Longer than any report: two hex digits for each byte that is shown, and its frame. */
const REPORT_LENGTH = 2 * PAYLOAD_SHOWN + 1024;

/**
 * What a Node server does, told from inside by `bridge/probe`. A connection is known by its client's port.
 *
 *     server process ─ stdio 3 ─▶ lines ─▶ by connection ─▶ the watch whose port it is
 */
export class ServerProbe implements EvidenceSource {
  readonly #port: number;
  #present = false;
  #listening: Listening | undefined;
  #lastAcceptAt = 0;
  #unclaimedReports = 0;
  readonly #lines = new LineSplitter(REPORT_LENGTH, (line) => this.#take(line));
  readonly #connections = new Map<number, Connection>();
  readonly #byPort = new Map<number, Connection>();
  readonly #waiting = new Map<number, ProbeWatch>();
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /** @param port the port on which the server's listening is of interest */
  constructor(port: number) {
    this.#port = port;
  }

  /** A Node program that only starts the server, as npm does, holds a probe too, and it sees nothing. */
  status(): Source {
    return this.#listening
      ? { name: 'server-probe', active: true }
      : { name: 'server-probe', active: false, why: 'NO_PROBE_IN_SERVER' };
  }

  get listening(): boolean {
    return this.#listening !== undefined;
  }

  watch(startedAt: number, sink: Sink): Watch {
    const watch = new ProbeWatch(startedAt, sink, {
      claim: (port) => this.#claim(port, watch),
      release: (port) => this.#release(port, watch),
    });
    if (this.#listening) watch.tellListening(this.#listening, this.#lastAcceptAt);
    return watch;
  }

  /** Takes what came on the probe's descriptor: text, cut anywhere. */
  feed(text: string): void {
    this.#lines.feed(text);
  }

  /** The server process has ended: whatever it has not told it never will. */
  ended(): void {
    this.#present = false;
    this.#listening = undefined;
    this.#lines.end();
    for (const { watch } of this.#connections.values()) watch?.settle();
    for (const watch of this.#waiting.values()) watch.settle();
    this.#connections.clear();
    this.#byPort.clear();
    this.#unclaimedReports = 0;
    this.#waiting.clear();
  }

  #take(line: string): void {
    const report = readReport(line);
    if (report?.what === 'probe') this.#present = true;
    else if (report?.what === 'listen') this.#listen(report);
    else if (report?.what === 'accept') this.#accept(report);
    else if (report) this.#tell(report);
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
    if (report.what === 'close') this.#connections.delete(report.connection);
  }

  #claim(port: number, watch: ProbeWatch): void {
    const connection = this.#byPort.get(port);
    if (connection) this.#forget(connection);
    // An older connection from the same port is another client's, long gone.
    if (connection && connection.reports[0]!.at >= watch.startedAt) this.#join(connection, watch);
    else if (this.#present) this.#waiting.set(port, watch);
    else watch.settle();
  }

  #join(connection: Connection, watch: ProbeWatch): void {
    connection.watch = watch;
    if (connection.reports.at(-1)!.what !== 'close') this.#connections.set(connection.number, connection);
    for (const report of connection.reports) watch.tell(report);
    connection.reports = [];
  }

  #release(port: number, watch: ProbeWatch): void {
    if (this.#waiting.get(port) === watch) this.#waiting.delete(port);
  }
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
