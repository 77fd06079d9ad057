import { CaptureReading, failureOf } from '../../bridge/packet/connection-trace/capture-reading.ts';
import type { FromWorker, ToWorker } from './capture-messages.ts';

/** Runs in a Web Worker: reads one file, then its connections as they are asked for. Nothing leaves the machine. */
let reading: CaptureReading | undefined;

/** Progress is told so often, in milliseconds. */
const EVERY = 100;

async function read(file: File): Promise<void> {
  reading = new CaptureReading(file);
  const { index } = reading;
  let toldAt = 0;
  let bytes = 0;
  try {
    await reading.read((so) => {
      bytes = so;
      if (performance.now() - toldAt < EVERY) return;
      toldAt = performance.now();
      tell({ tell: 'progress', bytes, connections: index.count });
    });
  } catch (error) {
    const failure = failureOf(error, bytes > 0);
    // What could be read of a damaged file is shown.
    if (failure !== 'CAPTURE_DAMAGED' || index.count === 0) return tell({ tell: 'failed', code: failure });
    index.end();
  }
  const { overview } = index;
  if (overview.format === undefined) return tell({ tell: 'failed', code: 'NOT_A_CAPTURE' });
  const summaries = Array.from({ length: index.count }, (_, connection) => index.summary(connection));
  tell({ tell: 'list', overview, summaries });
}

async function open({ connection, place }: Extract<ToWorker, { ask: 'connection' }>): Promise<void> {
  try {
    tell({ tell: 'trace', connection, trace: await reading!.trace(connection, place) });
  } catch {
    // The file was changed or removed after it was read.
    tell({ tell: 'failed', code: 'FILE_UNREADABLE' });
  }
}

function tell(message: FromWorker): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  void (data.ask === 'read' ? read(data.file) : open(data));
};
