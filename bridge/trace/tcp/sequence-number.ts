import type { Flag } from '../step.ts';

/**
 * The sequence number that follows a segment (RFC 9293 §3.4). Each byte takes one number, and so do a SYN and a FIN. A
 * RST takes none.
 */
export function numberAfter({ seq, length, flags }: { seq: number; length: number; flags: readonly Flag[] }): number {
  if (flags.includes('RST')) return seq;
  return seq + length + (flags.includes('SYN') ? 1 : 0) + (flags.includes('FIN') ? 1 : 0);
}
