import type { Segment, Step } from '../../trace/step.ts';
import { fromHex } from '../bytes.ts';
import { PacketError } from '../packet-error.ts';
import { pcapFile, type PacketToWrite } from './pcap-writer.ts';

/**
 * A pcap file of the packets that a trace has captured, in the order in which they were sent; copies made by the wire
 * too. Where a trace kept only the beginning of the data, the record says how long the packet was.
 * @param trace `startedAt`: when the run began, ISO 8601
 * @throws PacketError BAD_TIME, BAD_HEX for a trace that was not made here
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

/** A `Date` holds milliseconds only: what is finer is read from the text. */
function nanosecondsOf(iso: string): bigint {
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) throw new PacketError('BAD_TIME', `not an ISO 8601 time: ${iso}`);
  const fraction = /[.,](\d+)/.exec(iso)?.[1] ?? '';
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(3, 9));
}
