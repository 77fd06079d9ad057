/**
 * The segments of one run that wait in mid-wire. Some are held until the viewer lets them go. What was sent behind a held
 * segment in the same direction waits for it, as on any line, unless the settings let segments overtake. A kernel that
 * misses an acknowledgment sends a segment again; such repetitions do not queue, they are only counted. It knows neither
 * timers nor reports.
 *
 *     1 2 3 4 ─▶ hold 2 ─▶ 1        2 waits for the viewer, 3 and 4 wait behind it
 *                └ let 2 go ─▶ 2 3 4
 */
import type { Segment, Side } from '../../../trace/step.ts';
import type { Decided } from './faults/plan.ts';

/** A segment on the wire, and the packet that carries it. */
export interface Carried {
  segment: Segment;
  packet: Uint8Array;
  decided: Decided;
  /** When it was sent: microseconds of the monotonic clock. */
  sentAt: number;
}

export interface HeldSegment extends Carried {
  /** Whether it waits for the viewer. Otherwise it waits only for what is in front of it. */
  isHeld: boolean;
  /** The id of the nearest segment in front of it that waits for the viewer. */
  behind?: string | undefined;
  /** The last repetition that its kernel has sent since. */
  repetition?: Carried;
  /** How many repetitions there were. */
  repeats: number;
}

export class HeldSegments {
  readonly #mayOvertake: boolean;
  /** By the side that sent them, in the order of sending. */
  readonly #queues: Record<Side, HeldSegment[]> = { client: [], server: [] };
  #released = false;

  constructor(mayOvertake: boolean) {
    this.#mayOvertake = mayOvertake;
  }

  get size(): number {
    return this.#queues.client.length + this.#queues.server.length;
  }

  /**
   * Keeps a segment that the run's settings hold, or that comes behind one, or counts it as a repetition.
   * @returns what waits; nothing if the segment may pass
   */
  stop(carried: Carried): HeldSegment | undefined {
    const { segment, decided } = carried;
    const repeated = this.#repeatedBy(segment);
    if (repeated) {
      repeated.repetition = carried;
      repeated.repeats += 1;
      return repeated;
    }
    const queue = this.#queues[segment.from];
    const isHeld = decided.held && !this.#released;
    if (!isHeld && (this.#mayOvertake || queue.length === 0)) return undefined;
    const behind = this.#mayOvertake ? undefined : queue.findLast((other) => other.isHeld)?.segment.id;
    const held: HeldSegment = { ...carried, isHeld, behind, repeats: 0 };
    queue.push(held);
    return held;
  }

  find(id: string): HeldSegment | undefined {
    return [...this.#queues.client, ...this.#queues.server].find(({ segment }) => segment.id === id);
  }

  /** Takes a segment off the wire. The last repetition that its kernel sent is held instead, behind what was sent before. */
  drop(held: HeldSegment): HeldSegment | undefined {
    const queue = this.#queues[held.segment.from];
    queue.splice(queue.indexOf(held), 1);
    const { repetition, isHeld } = held;
    if (!repetition) return undefined;
    const later = queue.findIndex(({ sentAt }) => sentAt > repetition.sentAt);
    const place = later < 0 ? queue.length : later;
    const behind = this.#mayOvertake ? undefined : queue.slice(0, place).findLast((other) => other.isHeld)?.segment.id;
    const next = { ...repetition, isHeld, behind, repeats: 0 };
    queue.splice(place, 0, next);
    return next;
  }

  /** Removes what no longer waits, and returns it in the order of sending. */
  leave(side: Side): HeldSegment[] {
    const queue = this.#queues[side];
    const firstHeld = queue.findIndex(({ isHeld }) => isHeld);
    const leaves = (held: HeldSegment, index: number): boolean =>
      this.#mayOvertake ? !held.isHeld : firstHeld < 0 || index < firstHeld;
    const leaving = queue.filter(leaves);
    this.#queues[side] = queue.filter((held) => !leaving.includes(held));
    return leaving;
  }

  /** Finds out what each waits behind now, and returns those for which that has changed. */
  renewed(side: Side): HeldSegment[] {
    const changed: HeldSegment[] = [];
    let behind: string | undefined;
    for (const held of this.#queues[side]) {
      if (held.behind !== behind) changed.push(held);
      held.behind = behind;
      if (held.isHeld && !this.#mayOvertake) behind = held.segment.id;
    }
    return changed;
  }

  /** Removes all, and returns them in the order of sending. From now on nothing is held. */
  release(): HeldSegment[] {
    this.#released = true;
    const all = [...this.#queues.client, ...this.#queues.server];
    for (const held of all) held.isHeld = false;
    return [...this.leave('client'), ...this.leave('server')];
  }

  #repeatedBy({ retransmissionOf: first, from }: Segment): HeldSegment | undefined {
    if (first === undefined) return undefined;
    return this.#queues[from].find(({ segment }) => segment.id === first || segment.retransmissionOf === first);
  }
}

/** The step of a segment that waits, goes on its way, or was dropped by the viewer. */
export function stepOf({ segment, repeats, behind }: HeldSegment, fate: 'held' | 'underway' | 'dropped'): Segment {
  // After a drop, the last repetition is held instead, as a step of its own.
  const counted = fate === 'dropped' ? repeats - 1 : repeats;
  return {
    ...segment,
    fate,
    ...(counted > 0 && { repeats: counted }),
    ...(fate === 'held' && behind !== undefined && { behind }),
  };
}
