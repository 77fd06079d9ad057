import { toTenths, type Segment, type Side } from '../../trace/step.ts';
import { numberAfter } from '../../trace/tcp/sequence-number.ts';

/** When segments left and arrived, as far as the capture shows. Times are microseconds since the run began. */
export interface CaptureTimes {
  /** How long segments may still come after a reset, in milliseconds. */
  readonly underWayMs: number;
  /**
   * Writes the times and the fate into a captured segment.
   * @param at when it was captured: at least two tenths later than the one before
   * @returns the segments that it acknowledges, with what is now known of them, and then the segment itself
   */
  put(segment: Segment, at: number): Segment[];
}

/**
 * On the loopback, a packet leaves and arrives at one moment, because one kernel is at both ends. It is reported as two
 * neighbouring moments, so that the cause comes before the effect.
 */
export class LocalTimes implements CaptureTimes {
  readonly underWayMs = 0;

  put(segment: Segment, at: number): Segment[] {
    segment.at = segment.sentAt = toTenths(at);
    segment.arrivedAt = toTenths(at + 0.1);
    segment.fate = 'delivered';
    return [segment];
  }
}

/**
 * On one end's machine, with the other elsewhere: the near end's segments are seen leaving, the far end's arriving. Times
 * at the far end are estimated at half a round trip, and marked. Only an acknowledgment shows that a segment of the near
 * end's arrived.
 *
 *     near end ─ seen ────── estimated ─▶ far end
 *              ◀─ seen ───── estimated ──
 */
export class RemoteTimes implements CaptureTimes {
  readonly #near: Side;
  /** The shortest half of a round trip so far. */
  #halfUs = Infinity;
  #unacknowledged: Segment[] = [];
  /** The latest estimated moments: at each end, things happen in order. */
  #lastArrivedAt = -Infinity;
  #lastSentAt = -Infinity;

  constructor(near: Side = 'client') {
    this.#near = near;
  }

  get underWayMs(): number {
    return Number.isFinite(this.#halfUs) ? (2 * this.#halfUs) / 1000 : 0;
  }

  put(segment: Segment, at: number): Segment[] {
    return segment.from === this.#near ? this.#leaving(segment, at) : this.#arriving(segment, at);
  }

  #leaving(segment: Segment, at: number): Segment[] {
    segment.at = segment.sentAt = toTenths(at);
    segment.fate = 'unknown';
    if (numberAfter(segment) > segment.seq) this.#unacknowledged.push(segment);
    return [segment];
  }

  #arriving(segment: Segment, at: number): Segment[] {
    const acknowledged = this.#acknowledgedBy(segment);
    for (const copies of acknowledged)
      // The time of a repeated segment is ambiguous: RFC 6298 §3.
      if (copies.length === 1) this.#halfUs = Math.min(this.#halfUs, (at - copies[0]!.sentAt) / 2);
    const halfUs = Number.isFinite(this.#halfUs) ? this.#halfUs : 0;
    segment.arrivedAt = toTenths(at);
    segment.fate = 'delivered';
    segment.estimated = 'sentAt';
    segment.at = segment.sentAt = Math.min(segment.arrivedAt, after(this.#lastSentAt, at - halfUs));
    this.#lastSentAt = segment.sentAt;
    const arrived = acknowledged.map((copies) => {
      // Which copy arrived is unknown: take the last one that can have.
      const copy = copies.findLast(({ sentAt }) => sentAt + 2 * halfUs <= at) ?? copies[0]!;
      return this.#arrived(copy, copy.sentAt + halfUs, segment.sentAt);
    });
    return [...arrived, segment];
  }

  #arrived(segment: Segment, at: number, atLatest: number): Segment {
    this.#lastArrivedAt = Math.max(segment.sentAt, Math.min(atLatest, after(this.#lastArrivedAt, at)));
    return { ...segment, fate: 'delivered', arrivedAt: this.#lastArrivedAt, estimated: 'arrivedAt' };
  }

  /** Each segment with its copies, in the order of sending. */
  #acknowledgedBy({ ack }: Segment): Segment[][] {
    const byFirst = new Map<string, Segment[]>();
    if (ack === undefined) return [];
    this.#unacknowledged = this.#unacknowledged.filter((segment) => {
      if (numberAfter(segment) > ack) return true;
      const first = segment.retransmissionOf ?? segment.id;
      byFirst.set(first, [...(byFirst.get(first) ?? []), segment]);
      return false;
    });
    return [...byFirst.values()];
  }
}

function after(last: number, at: number): number {
  return Math.max(toTenths(last + 0.1), toTenths(at));
}
