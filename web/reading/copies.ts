import { otherSide, type Segment, type Step } from '../../bridge/trace/step.ts';
import { numberAfter } from '../../bridge/trace/tcp/sequence-number.ts';
import { indexOf, placeAfter } from './index-of-steps.ts';
import { arrivals, numberExpected, stateAtArrival } from './receiver.ts';

/**
 * Why a kernel sent a segment again:
 * - `timeout`: no acknowledgment came before a timer ran out (RFC 6298 §5, RFC 8985 §7)
 * - `acks`: acknowledgments showed that later segments had arrived (RFC 8985 §6, RFC 5681 §3.2)
 * - `syn`: a SYN arrived once more, and its answer is sent once more (RFC 9293 §3.10.7.4)
 */
export type RepeatReason = 'timeout' | 'acks' | 'syn';

/** Microseconds. No time-out of data is shorter on Linux: what follows acknowledgments sooner follows from them. */
const SHORTEST_TIMEOUT = 200_000;
/** As many acknowledgments of the same number count as a loss (RFC 5681 §3.2). */
const MANY = 3;

export function repeatReason(again: Segment, steps: readonly Step[]): RepeatReason {
  const before = lastSent(again, steps);
  const arrived = arrivals(otherSide(again.from), steps);
  const after = (time: number): number => placeAfter(arrived, time, ({ arrivedAt }) => arrivedAt!);
  const heard = arrived.slice(after(before), after(again.sentAt));
  if (again.flags.includes('SYN')) {
    const isAnswer = again.flags.includes('ACK') && heard.some(({ flags }) => flags.includes('SYN'));
    return isAnswer ? 'syn' : 'timeout';
  }
  const asking = heard.filter(({ flags, length, ack }) => flags.join() === 'ACK' && length === 0 && ack === again.seq);
  const selective = heard.findLast((ack) => skips(ack, again));
  const isSoon = selective !== undefined && again.sentAt - selective.arrivedAt! < SHORTEST_TIMEOUT;
  return isSoon || asking.length >= MANY ? 'acks' : 'timeout';
}

/** When these numbers were sent last before. */
function lastSent({ id, retransmissionOf: first, sentAt }: Segment, steps: readonly Step[]): number {
  const copies = indexOf(steps).sent.get(first) ?? [];
  let place = placeAfter(copies, sentAt, (copy) => copy.sentAt) - 1;
  if (copies[place]?.id === id) place -= 1;
  return copies[place]?.sentAt ?? -Infinity;
}

/** Whether an acknowledgment lacks this segment and has what was sent after it (RFC 2018 §3). */
function skips({ ack = Infinity, options = [] }: Segment, segment: Segment): boolean {
  if (ack >= numberAfter(segment)) return false;
  const blocks = options.filter((option) => option.startsWith('sack ')).flatMap((option) => option.split(' ').slice(1));
  return blocks.some((block) => {
    const [left = NaN, right = NaN] = block.split(':').map(Number);
    return left > segment.seq && left > ack && right > left;
  });
}

/**
 * What the receiver does with a copy that the wire made:
 * - `pending`: it has not arrived, as far as is known
 * - `first`: the copy arrived before the segment itself, so it counts as the segment
 * - `syn`, `synAck`, `data`: it has the numbers already, and answers as RFC 9293 §3.10.7.4 says
 * - `bare`: it takes no number, and its own is still expected: nothing is answered
 * - `stale`: it takes no number, and the receiver is already beyond its own: it is answered with an ACK
 * - `reset`: a RST, of which the first copy has done all that there is to do
 * - `gone`: the connection no longer exists there: a RST is the answer (§3.10.7.1)
 */
export type CopyEffect = 'pending' | 'first' | 'syn' | 'synAck' | 'data' | 'bare' | 'stale' | 'reset' | 'gone';

export function copyEffect(copy: Segment, steps: readonly Step[]): CopyEffect {
  const { flags, arrivedAt, duplicateOf } = copy;
  if (arrivedAt === undefined) return 'pending';
  const original = duplicateOf === undefined ? undefined : indexOf(steps).byId.get(duplicateOf);
  if (original?.kind === 'segment' && (original.arrivedAt ?? Infinity) > arrivedAt) return 'first';
  if (flags.includes('RST')) return 'reset';
  if (stateAtArrival(copy, steps) === 'CLOSED') return 'gone';
  if (flags.includes('SYN')) return flags.includes('ACK') ? 'synAck' : 'syn';
  if (numberAfter(copy) > copy.seq) return 'data';
  return copy.seq < numberExpected(copy, steps).next ? 'stale' : 'bare';
}
