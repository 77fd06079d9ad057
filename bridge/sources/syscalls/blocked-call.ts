import type { SystemCall } from './system-call-numbers.ts';

/** The system call in which a thread is blocked. */
export interface BlockedCall extends SystemCall {
  /** The call's first argument. */
  descriptor: number;
}

/** A 32-bit program has its stack below this address. Its system calls have other numbers. */
const FOUR_GIB = 2n ** 32n;

/**
 * Reads /proc/PID/task/TID/syscall. For a thread that is blocked in a system call it holds the call's number, six
 * arguments, the stack pointer and the program counter (proc(5)). Returns nothing for a thread that runs, waits for
 * something else, or is blocked in a call that is not in the table.
 */
export function readBlockedCall(text: string, table: ReadonlyMap<number, SystemCall>): BlockedCall | undefined {
  const [, number, first, stack] =
    /^(\d+) (0x[0-9a-f]{1,16})(?: 0x[0-9a-f]{1,16}){5} (0x[0-9a-f]{1,16}) 0x[0-9a-f]{1,16}\s*$/.exec(text) ?? [];
  if (number === undefined || BigInt(stack!) < FOUR_GIB) return undefined;
  const call = table.get(Number(number));
  // A descriptor is an int: the upper half of its register may hold anything.
  return call && { ...call, descriptor: Number(BigInt.asIntN(32, BigInt(first!))) };
}
