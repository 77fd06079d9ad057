import type { Step } from '../../bridge/trace/step.ts';
import type { Trace } from '../../bridge/trace/trace.ts';

/**
 * Whether a trace agrees with itself: every source has a name of its own, and no step refers to itself, not even through
 * others. A step may refer to one that is missing: a run may have been broken off.
 */
export function isConsistent({ sources, steps }: Pick<Trace, 'sources' | 'steps'>): boolean {
  const names = sources.map(({ name, side = '' }) => `${name} ${side}`);
  if (new Set(names).size < names.length) return false;
  // Ids are unique in their connection, and no step refers to another connection's.
  const connections = new Map<number, Step[]>();
  for (const step of steps) {
    const own = connections.get(step.connection ?? 0);
    if (own) own.push(step);
    else connections.set(step.connection ?? 0, [step]);
  }
  return [...connections.values()].every((own) => !hasCircle(own));
}

/** Each step is entered once, and no call is nested: a chain may be as long as the trace. */
function hasCircle(steps: readonly Step[]): boolean {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const state = new Map<Step, 'open' | 'closed'>();
  for (const start of steps) {
    const path: Step[] = [start];
    while (path.length > 0) {
      const step = path.at(-1)!;
      state.set(step, state.get(step) ?? 'open');
      const next = references(step).flatMap((id) => byId.get(id) ?? []);
      if (next.some((other) => state.get(other) === 'open')) return true;
      const unseen = next.find((other) => !state.has(other));
      if (unseen) path.push(unseen);
      else state.set(path.pop()!, 'closed');
    }
  }
  return false;
}

/** The ids of the steps from which this one follows. What it woke comes later, and may be its own cause's call. */
function references(step: Step): string[] {
  if (step.kind === 'state') return defined([step.cause]);
  if (step.kind !== 'segment') return [];
  return defined([step.retransmissionOf, step.duplicateOf, step.behind, step.causedBy]);
}

function defined(ids: (string | undefined)[]): string[] {
  return ids.filter((id) => id !== undefined);
}
