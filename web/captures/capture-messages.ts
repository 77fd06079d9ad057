import type { CaptureFailure } from '../../bridge/packet/connection-trace/capture-reading.ts';
import type { CaptureOverview } from '../../bridge/packet/connections/capture-index.ts';
import type { ConnectionSummary } from '../../bridge/packet/connections/connection-summary.ts';
import type { CapturePlace, Trace } from '../../bridge/trace/trace.ts';

/** What the page asks its worker for. To give up, it ends the worker. */
export type ToWorker =
  { ask: 'read'; file: File } | { ask: 'connection'; connection: number; place?: CapturePlace | undefined };

/** What the worker answers. */
export type FromWorker =
  /** How much of the file has been read, in bytes of the file as it lies. */
  | { tell: 'progress'; bytes: number; connections: number }
  | { tell: 'list'; overview: CaptureOverview; summaries: ConnectionSummary[] }
  | { tell: 'trace'; connection: number; trace: Trace }
  /** A stable code: the texts have its sentence. */
  | { tell: 'failed'; code: CaptureFailure };
