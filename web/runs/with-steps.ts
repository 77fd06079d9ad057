import { compareSteps, type Step } from '../../bridge/trace/step.ts';

/** Ids are unique in a connection. A step without a number is of the first one, or the only one. */
function keyOf({ id, connection }: Step): string {
  return connection ? `${connection} ${id}` : id;
}

/** Adds steps to those so far, in order. A step that comes again replaces the earlier one, because more became known. */
export function withSteps(steps: readonly Step[], added: readonly Step[]): Step[] {
  const byId = new Map([...steps, ...added].map((step) => [keyOf(step), step]));
  return [...byId.values()].sort(compareSteps);
}
