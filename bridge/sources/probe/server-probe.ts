/**
 * The bridge's end of the probe. `bridge/probe` runs inside a Node server and reports the server's calls; this end reads
 * the reports. It trusts none of them, because the program may write anything to the probe's descriptor.
 *
 *     server process ─ stdio 3 ─▶ lines ─▶ reports ─▶ by connection ─▶ the watch of its run
 */
import { LineSplitter } from '../../machine/line-splitter.ts';
import { PROBE_VARIABLE } from '../../probe/report.ts';
import type { Sink } from '../../trace/report.ts';
import { PAYLOAD_SHOWN } from '../../trace/step.ts';
import { readReport } from './read-report.ts';
import type { EvidenceSource, OwnStatus, Watch } from '../source.ts';
import { ReportedConnections } from '../calls/reported-connections.ts';

/** Longer than any report: two hex digits for each byte that is shown, and the rest of the line. */
const REPORT_LENGTH = 2 * PAYLOAD_SHOWN + 1024;

export class ServerProbe implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #connections: ReportedConnections;
  readonly #lines = new LineSplitter(REPORT_LENGTH, (line) => this.#take(line));
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /**
   * @param port the port on which the server's listening is of interest
   * @param isReached whether clients reach a socket that is bound to this address
   */
  constructor(port: number, isReached?: (host: string) => boolean) {
    this.#connections = new ReportedConnections(port, isReached);
    this.#connections.onListening = () => this.onListening?.();
  }

  /** A Node program that only starts the server, as npm does, has a probe too, but that probe sees nothing. */
  status(): OwnStatus {
    return this.listening
      ? { name: 'server-probe', active: true }
      : { name: 'server-probe', active: false, why: 'NO_PROBE_IN_SERVER' };
  }

  get listening(): boolean {
    return this.#connections.listening;
  }

  get boundTo(): string | undefined {
    return this.#connections.boundTo;
  }

  /**
   * The variables that make a Node program load the probe.
   * @param moduleUrl file URL of the built probe
   */
  environment(moduleUrl: string): NodeJS.ProcessEnv {
    const options = `${process.env['NODE_OPTIONS'] ?? ''} --import=${moduleUrl}`.trim();
    return { NODE_OPTIONS: options, [PROBE_VARIABLE]: '1' };
  }

  watch(startedAt: number, sink: Sink): Watch {
    return this.#connections.watch(startedAt, sink);
  }

  /** Takes text from the probe's descriptor, split anywhere. */
  feed(text: string): void {
    this.#lines.feed(text);
  }

  /** The server process has ended: it reports nothing more. */
  programEnded(): void {
    this.#lines.end();
    this.#connections.ended();
  }

  #take(line: string): void {
    const report = readReport(line);
    if (report?.what === 'probe') this.#connections.sourceStarted();
    else if (report) this.#connections.take(report);
  }
}
