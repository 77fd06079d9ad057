import type { Call, Segment, Side, State, Step } from '../../bridge/trace/step.ts';

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

/** Whether the connection had already ended for this side before the call: it was refused or reset. */
export function isGone({ side, startedAt }: Call, steps: readonly Step[]): boolean {
  return stateAt(startedAt, side, steps)?.to === 'CLOSED';
}

function stateAt(moment: number, side: Side, steps: readonly Step[]): State | undefined {
  return steps.filter((step) => step.kind === 'state').findLast((state) => state.side === side && state.at <= moment);
}

/** Whether a segment is the wire's copy of a RST that had already arrived. */
export function copyOfResetIsLate({ duplicateOf, arrivedAt = Infinity }: Segment, steps: readonly Step[]): boolean {
  const first = steps.find((step) => step.kind === 'segment' && step.id === duplicateOf);
  return first?.kind === 'segment' && first.arrivedAt !== undefined && first.arrivedAt <= arrivedAt;
}
