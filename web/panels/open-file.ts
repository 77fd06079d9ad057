import { Capture, type CaptureHandlers } from '../captures/capture.svelte.ts';
import type { Trace } from '../../bridge/trace/trace.ts';
import { openTrace } from '../runs/trace-file.ts';

/**
 * Opens a file by what it holds, not by its name: a saved trace is JSON, anything else is read as a capture.
 * @returns a code if it cannot be read
 */
export async function openFile(file: File, handlers: CaptureHandlers): Promise<Trace | Capture | string> {
  let first: string;
  try {
    first = new TextDecoder().decode(await file.slice(0, 64).arrayBuffer());
  } catch {
    return 'FILE_UNREADABLE';
  }
  if (/^\uFEFF?\s*[[{"]/.test(first) || isText(first, file)) return await openTrace(file);
  const worker = new Worker(new URL('../captures/capture-worker.ts', import.meta.url), { type: 'module' });
  return new Capture(file, worker, handlers);
}

/** What is named a trace and is readable text is told of as a trace that is damaged. */
function isText(first: string, { name }: File): boolean {
  return name.endsWith('.json') && !/[\0\uFFFD]/.test(first);
}
