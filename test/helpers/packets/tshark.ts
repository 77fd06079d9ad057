import { execFileSync, spawnSync } from 'node:child_process';
import type { Flag, Segment } from '../../../bridge/trace/step.ts';

/** Whether traces can be compared with tshark, an independent decoder. Tests that need it report that they are skipped. */
export const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('Traces are not held against tshark: it is not installed.');

/** The client's host in the lab. */
const CLIENT = '10.77.0.1';
const FIELDS = ['ip.src', 'tcp.flags', 'tcp.seq', 'tcp.ack', 'tcp.len'];
/** tshark's names for the ways in which a segment may come again. */
const AGAIN = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'].map(
  (name) => `tcp.analysis.${name}`,
);
const BITS: Record<Flag, number> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 };

/** A line for each packet of a lab's capture file, as tshark reads it. */
export function tsharkSays(file: string): string[] {
  const options = [...FIELDS, ...AGAIN].flatMap((field) => ['-e', field]);
  const text = execFileSync('tshark', ['-r', file, '-T', 'fields', ...options], { encoding: 'utf8', stdio: 'pipe' });
  return text
    .trimEnd()
    .split('\n')
    .map((row) => {
      const [address, flags, seq, ack, length, ...again] = row.split('\t');
      const from = address === CLIENT ? 'client' : 'server';
      return line(from, Number(flags), Number(seq), Number(ack), Number(length), again.some(Boolean));
    });
}

/** The same of a trace's segments, in the order in which they were sent. */
export function traceSays(segments: readonly Segment[]): string[] {
  return [...segments]
    .sort((a, b) => a.sentAt - b.sentAt)
    .map(({ from, flags, seq, ack = 0, length, retransmissionOf, duplicateOf }) => {
      const bits = flags.reduce((sum, flag) => sum + BITS[flag], 0);
      // A decoder cannot tell a copy by the wire from one by the kernel. It has another name for a repeated acknowledgment.
      const isCopy = duplicateOf !== undefined && (length > 0 || flags.includes('SYN') || flags.includes('FIN'));
      return line(from, bits, seq, ack, length, retransmissionOf !== undefined || isCopy);
    });
}

function line(from: string, flags: number, seq: number, ack: number, length: number, again: boolean): string {
  return `${from} flags ${flags} seq ${seq} ack ${ack} length ${length}${again ? ' again' : ''}`;
}
