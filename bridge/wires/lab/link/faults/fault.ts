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

/** What the link decides about a packet when it is sent. */
export interface Decision {
  dropped: boolean;
  held: boolean;
  /** Whether a second copy arrives right behind it. */
  duplicated: boolean;
}

/** How a packet travels once it goes on its way. */
export interface Travel {
  /** Microseconds of the monotonic clock at which it arrives. */
  arrivesAt: number;
  /** Microseconds that it has waited in mid-wire: they count as time under way. */
  waitedUs: number;
}

/** One thing that the link may do to packets: it writes into the decision about a packet, or into its travel. */
export interface Fault<Outcome> {
  /** Called once for each packet: for a decision in the order of sending, for a travel in the order of going on. */
  apply(outcome: Outcome, cargo: Cargo, chances: Chances): void;
}
