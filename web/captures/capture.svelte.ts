import type { CaptureFailure } from '../../bridge/packet/connection-trace/capture-reading.ts';
import type { CaptureOverview } from '../../bridge/packet/connections/capture-index.ts';
import type { ConnectionSummary } from '../../bridge/packet/connections/connection-summary.ts';
import type { CapturePlace, Trace } from '../../bridge/trace/trace.ts';
import type { FromWorker, ToWorker } from './capture-messages.ts';

/** What this needs of a Web Worker. */
export type CaptureWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export interface CaptureHandlers {
  ontrace: (trace: Trace) => void;
  onfailure: (code: CaptureFailure) => void;
}

/**
 * One capture file that the viewer has opened: how far it has been read, then its connections.
 *
 *     reading ─▶ list ─▶ one connection at a time, as a trace
 *        └─▶ given up, failed
 */
export class Capture {
  readonly name: string;
  readonly size: number;
  /** Bytes of the file that have been read, and connections found in them. */
  bytes = $state(0);
  found = $state(0);
  overview = $state.raw<CaptureOverview>();
  summaries = $state.raw<readonly ConnectionSummary[]>([]);
  /** The connection that was opened last, and the one that is being read. */
  chosen = $state<number>();
  awaited = $state<number>();
  readonly #worker: CaptureWorker;

  constructor(file: File, worker: CaptureWorker, handlers: CaptureHandlers) {
    this.name = file.name;
    this.size = file.size;
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#take(data, handlers);
    worker.onerror = () => handlers.onfailure('FILE_UNREADABLE');
    this.#ask({ ask: 'read', file });
  }

  open(connection: number, place?: CapturePlace): void {
    this.awaited = connection;
    this.#ask({ ask: 'connection', connection, place });
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWorker, { ontrace, onfailure }: CaptureHandlers): void {
    switch (message.tell) {
      case 'progress':
        this.bytes = message.bytes;
        this.found = message.connections;
        return;
      case 'list':
        this.summaries = message.summaries;
        this.overview = message.overview;
        return;
      case 'trace':
        if (message.connection !== this.awaited) return;
        this.awaited = undefined;
        this.chosen = message.connection;
        return ontrace(message.trace);
      case 'failed':
        this.awaited = undefined;
        return onfailure(message.code);
    }
  }
}
