import type { Step } from '../../bridge/trace/step.ts';

/** Whether nobody measured this time of a step, so that the page must show it as an estimate. */
export function isEstimated(step: Step, which: 'began' | 'ended' = 'began'): boolean {
  if (step.evidence === 'inferred') return true;
  if (step.kind === 'segment')
    return step.estimated === 'both' || step.estimated === (which === 'began' ? 'sentAt' : 'arrivedAt');
  return step.kind === 'call' && step.within !== undefined;
}
