import { LineSplitter } from '../../machine/line-splitter.ts';
import type { Sink } from '../../trace/report.ts';
import { PAYLOAD_SHOWN } from '../../trace/step.ts';
import { readReport } from './read-report.ts';
import type { EvidenceSource, OwnStatus, Watch } from '../source.ts';
import { ToldConnections } from '../calls/connections.ts';

/** Longer than any report: two hex digits for each byte that is shown, and its frame. */
const REPORT_LENGTH = 2 * PAYLOAD_SHOWN + 1024;

/**
 * What a Node server does, told from inside by `bridge/probe`. A connection is known by its client's port.
 *
 *     server process ─ stdio 3 ─▶ lines ─▶ by connection ─▶ the watch whose port it is
 */
export class ServerProbe implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #told: ToldConnections;
  readonly #lines = new LineSplitter(REPORT_LENGTH, (line) => this.#take(line));

  /** @param port the port on which the server's listening is of interest */
  constructor(port: number) {
    this.#told = new ToldConnections(port);
  }

  /** Called when the server listens on the port of interest. */
  set onListening(callback: () => void) {
    this.#told.onListening = callback;
  }

  /** A Node program that only starts the server, as npm does, holds a probe too, and it sees nothing. */
  status(): OwnStatus {
    return this.listening
      ? { name: 'server-probe', active: true }
      : { name: 'server-probe', active: false, why: 'NO_PROBE_IN_SERVER' };
  }

  get listening(): boolean {
    return this.#told.listening;
  }

  watch(startedAt: number, sink: Sink): Watch {
    return this.#told.watch(startedAt, sink);
  }

  /** Takes what came on the probe's descriptor: text, cut anywhere. */
  feed(text: string): void {
    this.#lines.feed(text);
  }

  /** The server process has ended: whatever it has not told it never will. */
  ended(): void {
    this.#lines.end();
    this.#told.ended();
  }

  #take(line: string): void {
    const report = readReport(line);
    if (report?.what === 'probe') this.#told.present = true;
    else if (report) this.#told.take(report);
  }
}
