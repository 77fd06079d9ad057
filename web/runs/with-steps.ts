import { compareSteps, type Step } from '../../bridge/trace/step.ts';

/** Adds steps to those so far, in order. A step that comes again replaces the earlier one, because more became known. */
export function withSteps(steps: readonly Step[], added: readonly Step[]): Step[] {
  const byId = new Map([...steps, ...added].map((step) => [step.id, step]));
  return [...byId.values()].sort(compareSteps);
}
