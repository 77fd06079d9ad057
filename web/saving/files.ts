import type { Trace } from '../../bridge/trace/trace.ts';

/** What the page gives out as files. */

/** Rejects where what writes packets cannot be had, or the trace is damaged: few visits save packets, so it comes then. */
export async function savePackets(trace: Trace, order: number): Promise<void> {
  const { tracePcap } = await import('../../bridge/packet/capture-file/trace-pcap.ts');
  save(`aperto-run-${order}.pcap`, 'application/vnd.tcpdump.pcap', tracePcap(trace));
}

export function saveTrace(trace: Trace, order: number): void {
  save(`aperto-run-${order}.json`, 'application/json', JSON.stringify(trace, null, 1));
}

/** Has the browser write a file. */
export function save(name: string, type: string, content: string | Uint8Array | Blob): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
