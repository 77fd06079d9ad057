import { otherSide, type Segment, type Side } from '../../trace/step.ts';
import { numberAfter } from '../../trace/tcp/sequence-number.ts';
import type { Place } from './capture-place.ts';

/**
 * Puts the times of sending and arrival into segments that carry the time of their capture in `sentAt`. What arrived at
 * the end where the capture was taken is certain. Elsewhere an acknowledgment shows that bytes arrived; a segment
 * without any counts as arrived, unless the other side repeats what it acknowledges.
 */
export function withArrivals(segments: readonly Segment[], { at, toClient, toServer }: Place): Segment[] {
  const far = { client: toClient, server: toServer };
  const isNear = { client: at === 'client', server: at === 'server' };
  const timed = segments.map((segment): Segment => {
    const { from } = segment;
    const sentAt = segment.sentAt - far[from];
    return {
      ...segment,
      at: sentAt,
      sentAt,
      ...(!isNear[from] && { estimated: 'sentAt' }),
      ...(isNear[otherSide(from)] && { fate: 'delivered', arrivedAt: segment.sentAt }),
    };
  });
  for (const side of ['client', 'server'] as const)
    if (!isNear[side]) arrive(timed, segments, side, far[side] + far[otherSide(side)]);
  return timed;
}

/** Gives the segments that this side received the time of their arrival. */
function arrive(timed: Segment[], captured: readonly Segment[], side: Side, wayUs: number): void {
  let waiting: number[] = [];
  let lastEmpty = -1;
  const arrived = (index: number, atLatest: number): void => {
    const { sentAt, estimated } = timed[index]!;
    const arrivedAt = Math.max(sentAt, Math.min(sentAt + wayUs, atLatest));
    const both = estimated === 'sentAt' ? 'both' : 'arrivedAt';
    timed[index] = { ...timed[index]!, fate: 'delivered', arrivedAt, estimated: both };
  };
  for (let index = 0; index < timed.length; index += 1) {
    const segment = timed[index]!;
    if (segment.from !== side) {
      if (numberAfter(segment) > segment.seq) waiting.push(index);
      else {
        lastEmpty = index;
        arrived(index, Infinity);
      }
      continue;
    }
    const { ack = -Infinity, sentAt, marks = [] } = segment;
    if (lastEmpty >= 0 && marks.includes('spurious-retransmission') && repeatsAcknowledged(segment, timed[lastEmpty]!))
      timed[lastEmpty] = lost(timed[lastEmpty]!, captured[lastEmpty]!);
    const shown = waiting.filter((each) => numberAfter(timed[each]!) <= ack);
    if (shown.length === 0) continue;
    waiting = waiting.filter((each) => numberAfter(timed[each]!) > ack);
    for (const each of lastCopies(shown, timed, sentAt - wayUs)) arrived(each, sentAt);
  }
}

function repeatsAcknowledged(repeated: Segment, { ack = -Infinity }: Segment): boolean {
  return numberAfter(repeated) <= ack;
}

function lost(segment: Segment, { fate }: Segment): Segment {
  const { arrivedAt: _arrivedAt, estimated, ...sent } = segment;
  return { ...sent, fate, ...(estimated === 'both' && { estimated: 'sentAt' }) };
}

/** Which copy was acknowledged is not known: of each, the last one that can have been. */
function lastCopies(indexes: readonly number[], segments: readonly Segment[], sentBy: number): Iterable<number> {
  const copies = new Map<string, number>();
  for (const index of indexes) {
    const { id, retransmissionOf, sentAt, flags } = segments[index]!;
    // In a simultaneous open, a SYN+ACK repeats the number of a SYN, and is no copy of it.
    const isAnswer = flags.includes('SYN') && flags.includes('ACK');
    const first = `${retransmissionOf ?? id} ${isAnswer}`;
    if (sentAt <= sentBy || !copies.has(first)) copies.set(first, index);
  }
  return copies.values();
}
