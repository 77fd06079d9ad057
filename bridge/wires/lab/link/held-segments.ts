import type { Segment } from '../../../trace/step.ts';

/** A segment that waits in mid-wire, and the packet that carries it. */
export interface HeldSegment {
  segment: Segment;
  packet: Uint8Array;
  /** The last repetition that its kernel has sent since. */
  repetition?: { segment: Segment; packet: Uint8Array };
  /** How many repetitions there were. */
  repeats: number;
}

/**
 * The segments of one run that wait in mid-wire for the viewer. A kernel that misses an acknowledgment sends a segment
 * again. Such repetitions do not queue behind the held segment: they are only counted.
 */
export class HeldSegments {
  readonly #held = new Map<string, HeldSegment>();
  #released = false;

  get size(): number {
    return this.#held.size;
  }

  /**
   * Holds a segment that the run's settings stop, or counts it as a repetition.
   * @returns what is held; nothing if the segment may pass
   */
  stop(segment: Segment, packet: Uint8Array, isChosen: boolean): HeldSegment | undefined {
    const repeated = this.#repeatedBy(segment);
    if (!repeated) return isChosen && !this.#released ? this.#hold(segment, packet) : undefined;
    repeated.repetition = { segment, packet };
    repeated.repeats += 1;
    return repeated;
  }

  /** Removes a held segment, and returns it. */
  take(id: string): HeldSegment | undefined {
    const held = this.#held.get(id);
    this.#held.delete(id);
    return held;
  }

  /** Holds the last repetition of a segment in its place. */
  replace({ repetition }: HeldSegment): HeldSegment | undefined {
    return repetition && this.#hold(repetition.segment, repetition.packet);
  }

  /** Removes all, and returns them in the order of sending. From now on nothing is held. */
  release(): HeldSegment[] {
    this.#released = true;
    const all = [...this.#held.values()];
    this.#held.clear();
    return all;
  }

  #hold(segment: Segment, packet: Uint8Array): HeldSegment {
    const held = { segment, packet, repeats: 0 };
    this.#held.set(segment.id, held);
    return held;
  }

  #repeatedBy({ retransmissionOf: first }: Segment): HeldSegment | undefined {
    if (first === undefined) return undefined;
    for (const held of this.#held.values())
      if (held.segment.id === first || held.segment.retransmissionOf === first) return held;
    return undefined;
  }
}

/** The step of a segment that waits, goes on its way, or was dropped by the viewer. */
export function stepOf({ segment, repeats }: HeldSegment, fate: 'held' | 'underway' | 'dropped'): Segment {
  // After a drop, the last repetition is held instead, as a step of its own.
  const counted = fate === 'dropped' ? repeats - 1 : repeats;
  return { ...segment, fate, ...(counted > 0 && { repeats: counted }) };
}
