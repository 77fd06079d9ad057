import { isReturnAwaited } from './call-return.ts';
import { STEP_RANK, type Step } from '../../bridge/trace/step.ts';

/**
 * The moments of a trace in the order in which they are drawn, from top to bottom.
 * Every step begins; a call may also return, and a segment arrive.
 */
export interface Moment {
  what: 'begin' | 'return' | 'arrive';
  step: Step;
  /** Place of the step in the trace. */
  index: number;
  /** Microseconds since the run began. */
  time: number;
}

/** Whether playing stops at a moment: where a step begins, and where a call returns that its program waited for. */
export function isBeat({ what, step }: Moment): boolean {
  return what === 'begin' || (what === 'return' && step.kind === 'call' && isReturnAwaited(step));
}

/** @param steps in the order of `compareSteps`; their beginnings keep that order */
export function momentsOf(steps: readonly Step[]): Moment[] {
  const ends = steps
    .flatMap(endOf)
    .sort((a, b) => a.moment.time - b.moment.time || a.rank - b.rank || a.moment.index - b.moment.index);
  const moments: Moment[] = [];
  const waiting = [...ends];
  steps.forEach((step, index) => {
    for (let next = 0; next < waiting.length && waiting[next]!.moment.time <= step.at;) {
      const { moment, rank } = waiting[next]!;
      const comesFirst = moment.index < index && (moment.time < step.at || rank <= STEP_RANK[step.kind]);
      if (comesFirst) moments.push(...waiting.splice(next, 1).map((end) => end.moment));
      else next += 1;
    }
    moments.push({ what: 'begin', step, index, time: step.at });
  });
  return [...moments, ...waiting.map(({ moment }) => moment)];
}

interface RankedEnd {
  moment: Moment;
  /** The order of moments at the same time: a call returns before the program's next one begins. */
  rank: number;
}

function endOf(step: Step, index: number): RankedEnd[] {
  if (step.kind === 'call' && step.returnedAt !== undefined)
    return [{ moment: { what: 'return', step, index, time: Math.max(step.at, step.returnedAt) }, rank: 0 }];
  if (step.kind === 'segment' && step.arrivedAt !== undefined)
    return [{ moment: { what: 'arrive', step, index, time: Math.max(step.at, step.arrivedAt) }, rank: 1 }];
  return [];
}
