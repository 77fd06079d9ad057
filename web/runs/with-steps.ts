import { compareSteps, type Step } from '../../bridge/trace/step.ts';

/** The steps so far and those that came, in order: one that comes again replaces the former, for more became known. */
export function withSteps(steps: readonly Step[], added: readonly Step[]): Step[] {
  const byId = new Map([...steps, ...added].map((step) => [step.id, step]));
  return [...byId.values()].sort(compareSteps);
}
