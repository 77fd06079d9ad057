import { printableJson } from '../../bridge/trace/printable.ts';
import type { Trace } from '../../bridge/trace/trace.ts';

/**
 * Saves a run to a file: its packets, its trace, or its picture.
 *
 *     trace ──┬─ packets (pcap) ──────────────────────────┐
 *             ├─ JSON ────────────────────────────────────┼──▶ download of the browser
 *             └─ SavedPicture ──▶ standalone SVG ──▶ PNG ─┘
 *
 * This room is loaded when something is saved. It writes what it is given, and knows neither the list of runs nor the bridge.
 */

/** Rejects if the code that writes packets cannot be loaded, or the trace is damaged. */
export async function savePackets(trace: Trace, order: number): Promise<void> {
  const { tracePcap } = await import('../../bridge/packet/capture-file/trace-pcap.ts');
  save(`aperto-run-${order}.pcap`, 'application/vnd.tcpdump.pcap', tracePcap(trace));
}

export function saveTrace(trace: Trace, order: number): void {
  save(`aperto-run-${order}.json`, 'application/json', printableJson(JSON.stringify(trace, null, 1)));
}

/** Makes the browser download a file. */
export function save(name: string, type: string, content: string | Uint8Array | Blob): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The browser reads it only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
