import { CaptureReading } from '../../bridge/packet/connection-trace/capture-reading.ts';
import type { FromWorker, ToWorker } from './capture-messages.ts';

/** Runs in a Web Worker: reads one file, then its connections as they are asked for. Nothing leaves the machine. */
let reading: CaptureReading | undefined;

/** Progress is told so often, in milliseconds. */
const EVERY = 100;

async function read(file: File): Promise<void> {
  reading = new CaptureReading(file);
  const { index } = reading;
  let toldAt = 0;
  const failure = await reading.readWhatCanBe((bytes) => {
    if (performance.now() - toldAt < EVERY) return;
    toldAt = performance.now();
    tell({ tell: 'progress', bytes, connections: index.count });
  });
  if (failure) return tell({ tell: 'failed', code: failure });
  tell({ tell: 'list', overview: index.overview, summaries: reading.summaries });
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
