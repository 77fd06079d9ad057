import { STEP_RANK, type Step } from '../../../../bridge/trace/step.ts';

/**
 * The moments of a trace in the order in which they are drawn, from top to bottom.
 * Every step begins; a call may also return, and a segment arrive.
 */
export interface Mark {
  what: 'begin' | 'return' | 'arrive';
  step: Step;
  /** Place of the step in the trace. */
  index: number;
  /** Microseconds since the run began. */
  time: number;
}

/** @param steps in the order of `compareSteps`, which the beginnings keep */
export function marksOf(steps: readonly Step[]): Mark[] {
  const ends = steps
    .flatMap(endOf)
    .sort((a, b) => a.mark.time - b.mark.time || a.rank - b.rank || a.mark.index - b.mark.index);
  const marks: Mark[] = [];
  const waiting = [...ends];
  steps.forEach((step, index) => {
    for (let next = 0; next < waiting.length && waiting[next]!.mark.time <= step.at;) {
      const { mark, rank } = waiting[next]!;
      const comesFirst = mark.index < index && (mark.time < step.at || rank <= STEP_RANK[step.kind]);
      if (comesFirst) marks.push(...waiting.splice(next, 1).map((end) => end.mark));
      else next += 1;
    }
    marks.push({ what: 'begin', step, index, time: step.at });
  });
  return [...marks, ...waiting.map(({ mark }) => mark)];
}

interface RankedEnd {
  mark: Mark;
  /** Among moments of the same time: a program's next call begins after the one before it has returned. */
  rank: number;
}

function endOf(step: Step, index: number): RankedEnd[] {
  if (step.kind === 'call' && step.returnedAt !== undefined)
    return [{ mark: { what: 'return', step, index, time: Math.max(step.at, step.returnedAt) }, rank: 0 }];
  if (step.kind === 'segment' && step.arrivedAt !== undefined)
    return [{ mark: { what: 'arrive', step, index, time: Math.max(step.at, step.arrivedAt) }, rank: 1 }];
  return [];
}
