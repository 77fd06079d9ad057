import type { Flag, Side } from '../../../../trace/step.ts';
import type { Chances } from './chances.ts';

/** What a fault may know of a packet that the link is about to carry. */
export interface Cargo {
  from: Side;
  flags: readonly Flag[];
  /** Bytes of data in the segment. */
  length: number;
  /** Bytes of the whole IP packet. */
  packetLength: number;
}

/** What the link does with that packet. */
export interface Plan {
  dropped: boolean;
  held: boolean;
  /** Microseconds of the monotonic clock at which it arrives. */
  arrivesAt: number;
  /** Whether a second copy arrives right behind it. */
  duplicated: boolean;
}

/** One thing that the link may do to packets. */
export interface Fault {
  /** Writes into the plan what happens to the packet. Called once for each packet, in the order of sending. */
  apply(plan: Plan, cargo: Cargo, chances: Chances): void;
}
