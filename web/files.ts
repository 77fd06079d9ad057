import type { Trace } from '../bridge/trace/outcome.ts';
import type { TraceProblem } from './trace-file.ts';

/** What the page gives out as files, and takes in. */

/** Rejects where what writes packets cannot be had, or the trace is damaged: few visits save packets, so it comes then. */
export async function savePackets(trace: Trace, order: number): Promise<void> {
  const { tracePcap } = await import('../bridge/packet/trace-pcap.ts');
  save(`aperto-run-${order}.pcap`, 'application/vnd.tcpdump.pcap', tracePcap(trace));
}

export function saveTrace(trace: Trace, order: number): void {
  save(`aperto-run-${order}.json`, 'application/json', JSON.stringify(trace, null, 1));
}

type OpenProblem = TraceProblem | 'TRACE_TOO_LARGE' | 'FILE_UNREADABLE' | 'not-connected';

/** What reads it comes from the bridge when the first file is opened. */
export async function openTrace(file: File): Promise<Trace | OpenProblem> {
  const reader = await import('./trace-file.ts').catch(() => undefined);
  if (!reader) return 'not-connected';
  if (file.size > reader.LARGEST_TRACE) return 'TRACE_TOO_LARGE';
  try {
    return reader.readTrace(await file.text());
  } catch {
    return 'FILE_UNREADABLE';
  }
}

/** Has the browser write a file. */
export function save(name: string, type: string, content: string | Uint8Array | Blob): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
