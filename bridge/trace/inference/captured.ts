import type { Sending } from './sendings.ts';
import { PAYLOAD_SHOWN, type Call, type Segment } from '../step.ts';

/**
 * When the server's kernel had the connection: when the client's acknowledgment of its SYN+ACK arrived, in a segment of
 * its own or with data (RFC 9293 §3.5). Absent where it never did.
 */
export function establishedAt(segments: readonly Segment[]): number | undefined {
  const arrivals = segments.flatMap(({ from, flags, ack, arrivedAt }) => {
    const completes = from === 'client' && !flags.includes('SYN') && !flags.includes('RST') && (ack ?? 0) >= 1;
    return completes && arrivedAt !== undefined ? [arrivedAt] : [];
  });
  return arrivals.length > 0 ? Math.min(...arrivals) : undefined;
}

/**
 * What the server's program must have sent, told by its captured segments, beyond what its own calls account for. Data
 * without anything of the client's in between counts as sent at once: how many calls it took, nothing tells.
 */
export function sendingsCaptured(segments: readonly Segment[], calls: readonly Call[]): Sending[] {
  const sendings: Sending[] = [];
  let known = calls.reduce((sum, { name, bytes = 0 }) => sum + (name === 'send' ? bytes : 0), 0);
  let ended = calls.some(({ name }) => name === 'close' || name === 'shutdown' || name === 'reset');
  let together = false;
  for (const { from, length, flags, payload, sentAt, retransmissionOf, duplicateOf, probe } of segments) {
    if (from === 'client') together &&= length === 0;
    if (from === 'client' || retransmissionOf !== undefined || duplicateOf !== undefined || probe) continue;
    const bytes = Math.max(0, length - known);
    known = Math.max(0, known - length);
    if (bytes > 0) {
      const last = together ? sendings.at(-1)! : undefined;
      const news = payload.slice(2 * (length - bytes));
      if (last) join(last, bytes, news);
      else sendings.push({ kind: 'data', at: sentAt, bytes, payload: news, reason: 'peer-got-these-bytes' });
      together = true;
    }
    if (flags.includes('FIN') && !ended) {
      sendings.push({ kind: 'fin', at: sentAt, bytes: 0, payload: '', reason: 'peer-saw-the-end' });
      ended = true;
    }
  }
  return sendings;
}

function join(sending: Sending, bytes: number, payload: string): void {
  sending.bytes += bytes;
  if (sending.payload.length < 2 * PAYLOAD_SHOWN)
    sending.payload = (sending.payload + payload).slice(0, 2 * PAYLOAD_SHOWN);
}
