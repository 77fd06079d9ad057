import { expect } from 'vitest';
import type { Call, Segment, State, Step } from '../../bridge/trace/step.ts';

export const calls = (steps: readonly Step[]): Call[] => steps.filter((step) => step.kind === 'call');
export const segments = (steps: readonly Step[]): Segment[] => steps.filter((step) => step.kind === 'segment');
export const states = (steps: readonly Step[], side?: Step['side']): State[] =>
  steps.filter((step) => step.kind === 'state').filter((step) => side === undefined || step.side === side);

/** `client SYN`, `server FIN ACK`, … in the order of sending. */
export function segmentNames(steps: readonly Step[]): string[] {
  return segments(steps).map(({ from, flags }) => `${from} ${flags.join(' ')}`);
}

/** What must hold in every trace, whatever happened in it. */
export function expectCausal(steps: readonly Step[]): void {
  const byId = new Map(steps.map((step) => [step.id, step]));
  expect(byId.size, 'ids are unique').toBe(steps.length);
  let before = -Infinity;
  for (const step of steps) {
    expect(step.at).toBeGreaterThanOrEqual(before);
    before = step.at;
    expect(step.evidence === 'inferred').toBe(step.reason !== undefined);
    if (step.kind === 'call' && step.returnedAt !== undefined)
      expect(step.returnedAt).toBeGreaterThanOrEqual(step.startedAt);
    if (step.kind === 'segment') expectCausalSegment(step, byId);
    if (step.kind === 'state') expectCausalState(step, byId);
  }
  for (const side of ['client', 'server'] as const) expectChain(states(steps, side));
}

function expectCausalSegment(segment: Segment, byId: Map<string, Step>): void {
  if (segment.arrivedAt !== undefined) expect(segment.arrivedAt).toBeGreaterThanOrEqual(segment.sentAt);
  const cause = segment.causedBy === undefined ? undefined : byId.get(segment.causedBy);
  if (segment.causedBy !== undefined) expect(cause, `${segment.id} names its cause`).toBeDefined();
  if (cause) expect(segment.sentAt).toBeGreaterThanOrEqual(cause.at);
  const woken = segment.woke === undefined ? undefined : byId.get(segment.woke);
  if (woken?.kind === 'call') {
    expect(woken.side).not.toBe(segment.from);
    expect(segment.arrivedAt).toBeLessThanOrEqual(woken.returnedAt ?? Infinity);
  }
}

function expectCausalState(state: State, byId: Map<string, Step>): void {
  const cause = state.cause === undefined ? undefined : byId.get(state.cause);
  if (state.cause !== undefined) expect(cause, `${state.id} names its cause`).toBeDefined();
  if (cause) expect(state.at).toBeGreaterThanOrEqual(cause.at);
}

/** Each state begins where the one before ended. */
function expectChain(chain: readonly State[]): void {
  for (let index = 1; index < chain.length; index += 1) expect(chain[index]!.from).toBe(chain[index - 1]!.to);
}
