import { expect } from 'vitest';
import type { Call, Segment, State, Step } from '../../bridge/trace/step.ts';
import { expectEqual } from './expect-equal.ts';

export const calls = (steps: readonly Step[]): Call[] => steps.filter((step) => step.kind === 'call');
export const segments = (steps: readonly Step[]): Segment[] => steps.filter((step) => step.kind === 'segment');
export const states = (steps: readonly Step[], side?: Step['side']): State[] =>
  steps.filter((step) => step.kind === 'state').filter((step) => side === undefined || step.side === side);

/** `client SYN`, `server FIN ACK`, … in the order of sending. */
export function segmentNames(steps: readonly Step[]): string[] {
  return segments(steps).map(({ from, flags }) => `${from} ${flags.join(' ')}`);
}

/** What holds in every trace, whatever happened in it. */
export function expectCausal(steps: readonly Step[]): void {
  const byId = new Map(steps.map((step) => [step.id, step]));
  expect(byId.size, 'ids are unique').toBe(steps.length);
  let before = -Infinity;
  for (const step of steps) {
    expectAtLeast(step.at, before);
    before = step.at;
    expectEqual(step.evidence === 'inferred', step.reason !== undefined);
    if (step.kind === 'call' && step.returnedAt !== undefined) expectAtLeast(step.returnedAt, step.startedAt);
    if (step.kind === 'segment') expectCausalSegment(step, byId);
    if (step.kind === 'state') expectCaused(step.id, step.at, step.cause, byId);
  }
  for (const side of ['client', 'server'] as const) expectChain(states(steps, side));
}

/**
 * The zero of a run is connect(), its client's socket() comes before, and the run ends when the last thing happens that
 * its steps show.
 */
export function expectZeroAndEnd(steps: readonly Step[], durationUs: number): void {
  const first = (name: Call['name']): Call =>
    calls(steps).find((call) => call.side === 'client' && call.name === name)!;
  expectEqual(first('connect').at, 0);
  expect(first('socket').at).toBeLessThan(0);
  for (const { at } of segments(steps)) expectAtLeast(at, 0);
  const times = steps.flatMap((step) => [
    step.at,
    ...(step.kind === 'call' ? [step.returnedAt ?? 0] : []),
    ...(step.kind === 'segment' ? [step.arrivedAt ?? 0] : []),
  ]);
  expectEqual(durationUs, Math.max(...times));
}

function expectCausalSegment(segment: Segment, byId: Map<string, Step>): void {
  if (segment.arrivedAt !== undefined) expectAtLeast(segment.arrivedAt, segment.sentAt);
  expectCaused(segment.id, segment.sentAt, segment.causedBy, byId);
  const woken = segment.woke === undefined ? undefined : byId.get(segment.woke);
  if (woken?.kind === 'call') {
    expectEqual(woken.side === segment.from, false);
    expectAtLeast(woken.returnedAt ?? Infinity, segment.arrivedAt);
  }
}

function expectCaused(id: string, at: number, cause: string | undefined, byId: Map<string, Step>): void {
  if (cause === undefined) return;
  const by = byId.get(cause);
  if (!by) return expect.fail(`${id} names a cause that is not in the trace: ${cause}`);
  expectAtLeast(at, by.at);
}

/** A comparison costs little, and a property is checked thousands of times: Vitest only reports what fails. */
function expectAtLeast(actual: number, least: number | undefined): void {
  if (!(actual >= least!)) expect(actual).toBeGreaterThanOrEqual(least!);
}

/** Each state begins where the one before ended. */
function expectChain(chain: readonly State[]): void {
  for (let index = 1; index < chain.length; index += 1) expectEqual(chain[index]!.from, chain[index - 1]!.to);
}
