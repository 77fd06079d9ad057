import type { Call, Segment, Side, State, Step } from '../../bridge/trace/step.ts';

/** What a trace tells of a RST, or a close(), that ends nothing. */

/**
 * The segment that it answers, where its sender had no connection any more: the last one that came since then
 * (RFC 9293 §3.10.7.1). Undefined where the trace tells of none.
 */
export function segmentAnswered({ id, from, sentAt }: Segment, steps: readonly Step[]): Segment | undefined {
  const last = stateAt(sentAt, from, steps);
  // The reset itself may be what closed it.
  if (last?.to !== 'CLOSED' || last.cause === id) return undefined;
  return steps
    .filter((step) => step.kind === 'segment')
    .filter((step) => step.from !== from && step.id !== last.cause && !step.flags.includes('RST'))
    .filter(({ arrivedAt = Infinity }) => arrivedAt <= sentAt && arrivedAt >= last.at)
    .sort((a, b) => a.arrivedAt! - b.arrivedAt!)
    .at(-1);
}

/** Whether the connection had ended for this side before the call: it was refused, or reset. */
export function isGone({ side, startedAt }: Call, steps: readonly Step[]): boolean {
  return stateAt(startedAt, side, steps)?.to === 'CLOSED';
}

function stateAt(moment: number, side: Side, steps: readonly Step[]): State | undefined {
  return steps.filter((step) => step.kind === 'state').findLast((state) => state.side === side && state.at <= moment);
}

/** Whether it is the wire's copy of a reset that has arrived before. */
export function copyOfResetIsLate({ duplicateOf, arrivedAt = Infinity }: Segment, steps: readonly Step[]): boolean {
  const first = steps.find((step) => step.kind === 'segment' && step.id === duplicateOf);
  return first?.kind === 'segment' && first.arrivedAt !== undefined && first.arrivedAt <= arrivedAt;
}
