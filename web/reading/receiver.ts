import { indexOf } from './index-of-steps.ts';
import { otherSide, type Segment, type Side, type State, type Step, type TcpState } from '../../bridge/trace/step.ts';
import { numberAfter } from '../../bridge/trace/tcp/sequence-number.ts';

/** What the receiver of a segment was like when the segment arrived. Nothing here looks at what came later. */

/** The last change of state up to a moment. */
export function stateAt(moment: number, side: Side, steps: readonly Step[]): State | undefined {
  return steps.filter((step) => step.kind === 'state').findLast((state) => state.side === side && state.at <= moment);
}

/** The receiver's state before the segment changed it. Undefined if nothing shows one, or if it did not arrive. */
export function stateAtArrival({ id, from, arrivedAt }: Segment, steps: readonly Step[]): TcpState | undefined {
  if (arrivedAt === undefined) return undefined;
  const side = otherSide(from);
  return steps
    .filter((step) => step.kind === 'state')
    .findLast((state) => state.side === side && state.at <= arrivedAt && state.cause !== id)?.to;
}

/**
 * The next relative sequence number that the receiver expected when the segment arrived (RCV.NXT of RFC 9293 §3.3.1),
 * and whether a FIN had been taken by then.
 */
export function numberExpected(segment: Segment, steps: readonly Step[]): { next: number; finTaken: boolean } {
  const { id, from, arrivedAt = Infinity } = segment;
  return afterAll(arrivals(from, steps).filter((other) => other.id !== id && other.arrivedAt! <= arrivedAt));
}

/** The same of a side at a moment. */
export function numberExpectedAt(
  moment: number,
  side: Side,
  steps: readonly Step[],
): ReturnType<typeof numberExpected> {
  return afterAll(arrivals(otherSide(side), steps).filter(({ arrivedAt }) => arrivedAt! <= moment));
}

/** @param arrived in the order of arrival */
function afterAll(arrived: readonly Segment[]): ReturnType<typeof numberExpected> {
  const early: Segment[] = [];
  let next = 0;
  let finTaken = false;
  const take = (other: Segment): void => {
    const end = numberAfter(other);
    if (end <= next) return;
    next = end;
    finTaken ||= other.flags.includes('FIN');
  };
  for (const other of arrived) {
    if (other.flags.includes('RST')) continue;
    if (other.seq > next && next > 0) {
      early.push(other);
      continue;
    }
    take(other);
    for (let found; (found = early.find((each) => each.seq <= next && numberAfter(each) > next));) take(found);
  }
  return { next, finTaken };
}

/** The segments of one side that arrived, in the order of arrival. */
export function arrivals(from: Side, steps: readonly Step[]): readonly Segment[] {
  return indexOf(steps).arrived[from];
}
