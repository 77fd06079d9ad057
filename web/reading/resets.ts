import {
  isLastCall,
  otherSide,
  type Call,
  type Segment,
  type Side,
  type Step,
  type TcpState,
} from '../../bridge/trace/step.ts';
import { numberExpected, stateAtArrival, stateAt } from './receiver.ts';

/**
 * What a RST does at its receiver (RFC 9293 §3.10.7, RFC 5961 §3.2):
 * - `pending`: it has not arrived, as far as is known
 * - `nothing`: there is no connection that it could end
 * - `ignored`: its number is not the one that the receiver expects
 * - `refuses`: there is no connection yet, and connect() fails with ECONNREFUSED
 * - `ends`: the connection is gone, and the program learns of it by ECONNRESET
 * - `endsAfterFin`: the same, but recv() has already found the end of the stream, and goes on doing so
 * - `endsUnnoticed`: the same, but no program has the connection: it has closed it, or not accepted it yet
 * - `endsTimeWait`: the receiver waited in TIME_WAIT, which is over now
 */
export type ResetEffect =
  'pending' | 'nothing' | 'ignored' | 'refuses' | 'ends' | 'endsAfterFin' | 'endsUnnoticed' | 'endsTimeWait';

export function resetEffect(reset: Segment, steps: readonly Step[]): ResetEffect {
  if (reset.arrivedAt === undefined) return 'pending';
  const state = stateAtArrival(reset, steps);
  if (state === undefined || state === 'CLOSED' || state === 'LISTEN') return 'nothing';
  if (state === 'SYN_SENT') return reset.ack === 1 ? 'refuses' : 'ignored';
  const { next, finTaken } = numberExpected(reset, steps);
  // Linux also heeds the number of a FIN that it has taken: the peer may not know yet that its FIN arrived.
  const isOfFin = finTaken && state !== 'TIME_WAIT' && reset.seq === next - 1;
  const isHeeded = reset.seq === next || isOfFin || endedBy(reset, steps);
  return isHeeded ? endOf(reset, state, finTaken, steps) : 'ignored';
}

function endOf(reset: Segment, state: TcpState, finTaken: boolean, steps: readonly Step[]): ResetEffect {
  if (state === 'TIME_WAIT') return 'endsTimeWait';
  if (state === 'SYN_RCVD' || hasLeft(otherSide(reset.from), reset.arrivedAt!, steps)) return 'endsUnnoticed';
  return finTaken ? 'endsAfterFin' : 'ends';
}

/** Whether the trace itself says that the connection ended with this segment. */
function endedBy({ id }: Segment, steps: readonly Step[]): boolean {
  return steps.some((step) => step.kind === 'state' && step.to === 'CLOSED' && step.cause === id);
}

/** Whether the program had already closed its socket. */
function hasLeft(side: Side, moment: number, steps: readonly Step[]): boolean {
  return steps.some(
    (step) => step.kind === 'call' && step.side === side && isLastCall(step) && step.startedAt <= moment,
  );
}

/**
 * The segment that a RST answers, if the sender of the RST no longer had a connection: the last segment that arrived
 * since the connection ended (RFC 9293 §3.10.7.1). Undefined if the trace shows none.
 */
export function segmentAnswered({ id, from, sentAt }: Segment, steps: readonly Step[]): Segment | undefined {
  const last = stateAt(sentAt, from, steps);
  // The RST itself may have closed the connection.
  if (last?.to !== 'CLOSED' || last.cause === id) return undefined;
  return steps
    .filter((step) => step.kind === 'segment')
    .filter((step) => step.from !== from && step.id !== last.cause && !step.flags.includes('RST'))
    .filter(({ arrivedAt = Infinity }) => arrivedAt <= sentAt && arrivedAt >= last.at)
    .sort((a, b) => a.arrivedAt! - b.arrivedAt!)
    .at(-1);
}

/** Whether the connection had already ended for this side before the call: it was refused, reset or given up. */
export function isGone({ side, startedAt }: Call, steps: readonly Step[]): boolean {
  return stateAt(startedAt, side, steps)?.to === 'CLOSED';
}
