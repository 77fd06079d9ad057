import type { Segment, Step } from '../../trace/step.ts';
import { fromHex } from '../bytes.ts';
import { PacketError } from '../packet-error.ts';
import { pcapFile, type PacketToWrite } from './pcap-writer.ts';

/**
 * A pcap file of the captured packets of a trace, in the order of sending, with the copies that the wire made. If the
 * trace holds only the beginning of a packet's data, the record gives the packet's full length.
 * @param trace `startedAt` is the zero of the steps' times, ISO 8601
 * @throws PacketError BAD_TIME, BAD_HEX if the trace comes from another program
 */
export function tracePcap(trace: { startedAt: string; steps: readonly Step[] }): Uint8Array {
  const startedAt = nanosecondsOf(trace.startedAt);
  const packets = trace.steps
    .filter((step): step is Segment & { header: string } => step.kind === 'segment' && step.header !== undefined)
    .sort((a, b) => a.sentAt - b.sentAt)
    .map((segment) => packetOf(segment, startedAt));
  return pcapFile(packets);
}

function packetOf(segment: Segment & { header: string }, startedAt: bigint): PacketToWrite {
  const { header, payload, length, sentAt } = segment;
  return {
    at: startedAt + BigInt(Math.round(sentAt * 1000)),
    bytes: fromHex(header + payload),
    originalLength: header.length / 2 + length,
  };
}

/** A `Date` holds only milliseconds, so the finer digits come from the text. */
function nanosecondsOf(iso: string): bigint {
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) throw new PacketError('BAD_TIME', `not an ISO 8601 time: ${iso}`);
  const fraction = /[.,](\d+)/.exec(iso)?.[1] ?? '';
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(3, 9));
}
