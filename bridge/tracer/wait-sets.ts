import { memoryOf } from './memory.ts';

/** Bytes of a struct pollfd; its first four are the descriptor. */
const POLL_ENTRY = 8;
/** Descriptors of one call that are looked at. */
const MOST_DESCRIPTORS = 1024;

/** The descriptors for which poll() waits. */
export function polled(thread: number, address: bigint, count: number): number[] {
  const list = memoryOf(thread, address, POLL_ENTRY * Math.min(count, MOST_DESCRIPTORS));
  const entries = Array.from({ length: Math.floor(list.length / POLL_ENTRY) }, (_, index) => index * POLL_ENTRY);
  return entries.map((at) => list.readInt32LE(at)).filter((descriptor) => descriptor >= 0);
}

/**
 * The descriptors for which select() waits.
 * @param count one more than the highest descriptor
 * @param sets the addresses of the sets for reading, writing and exceptions; 0 for none
 */
export function selected(thread: number, count: number, sets: readonly bigint[]): number[] {
  const looked = Math.max(0, Math.min(count, MOST_DESCRIPTORS));
  const bytes = Math.ceil(looked / 8);
  const union = Buffer.alloc(bytes);
  for (const address of sets) memoryOf(thread, address, bytes).forEach((byte, index) => (union[index]! |= byte));
  return Array.from({ length: looked }, (_, descriptor) => descriptor).filter(
    (descriptor) => (union[descriptor >> 3]! >> (descriptor & 7)) & 1,
  );
}
