import type { Segment } from '../../../trace/step.ts';

/** A segment that waits in mid-wire, and the packet that carries it. */
export interface HeldSegment {
  segment: Segment;
  packet: Uint8Array;
  /** What its kernel sent again meanwhile: the last repetition, and how many there were. */
  repetition?: { segment: Segment; packet: Uint8Array };
  repeats: number;
}

/**
 * The segments of one run that the viewer has stopped in mid-wire. A kernel that misses an answer sends them again: such
 * repetitions do not queue behind them, they are counted.
 */
export class HeldSegments {
  readonly #held = new Map<string, HeldSegment>();

  get size(): number {
    return this.#held.size;
  }

  hold(segment: Segment, packet: Uint8Array): HeldSegment {
    const held = { segment, packet, repeats: 0 };
    this.#held.set(segment.id, held);
    return held;
  }

  /** Answers the one that is held already and of which this is a repetition, with that counted. */
  repeated(segment: Segment, packet: Uint8Array): HeldSegment | undefined {
    const first = segment.retransmissionOf;
    if (first === undefined) return undefined;
    for (const held of this.#held.values()) {
      if (held.segment.id !== first && held.segment.retransmissionOf !== first) continue;
      held.repetition = { segment, packet };
      held.repeats += 1;
      return held;
    }
    return undefined;
  }

  /** Lets go of one. */
  take(id: string): HeldSegment | undefined {
    const held = this.#held.get(id);
    this.#held.delete(id);
    return held;
  }

  /** Lets go of all, in the order in which they were sent. */
  takeAll(): HeldSegment[] {
    const all = [...this.#held.values()];
    this.#held.clear();
    return all;
  }
}
