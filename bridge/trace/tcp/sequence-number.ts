import type { Flag } from '../step.ts';

/**
 * The sequence number that follows a segment (RFC 9293 §3.4). Each byte takes one number, and so do a SYN and a FIN. A
 * RST takes none.
 */
export function numberAfter({ seq, length, flags }: { seq: number; length: number; flags: readonly Flag[] }): number {
  let next = seq + length;
  for (const flag of flags) {
    if (flag === 'RST') return seq;
    if (flag === 'SYN' || flag === 'FIN') next += 1;
  }
  return next;
}
