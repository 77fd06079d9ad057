import { expect } from 'vitest';
import type { Report } from '../../../bridge/trace/report.ts';
import type { Call, Side, Step } from '../../../bridge/trace/step.ts';
import { TraceBuilder } from '../../../bridge/trace/inference/trace-builder.ts';
import { calls, expectCausal, segments, states } from '../trace-checks.ts';

export interface Telling {
  serverWatched?: 'yes' | 'no' | 'pending';
  final?: boolean;
  now?: number;
}

/** The trace of a run whose packets were captured. Checks what holds in every such trace. */
export function toldCaptured(reports: readonly Report[], telling: Telling = {}): Step[] {
  const trace = new TraceBuilder();
  for (const report of reports) trace.report(report);
  const steps = trace.steps({ captured: true, serverWatched: 'yes', final: true, now: 1_000, ...telling });
  expectCausal(steps);
  expect(segments(steps).filter(({ evidence }) => evidence !== 'captured')).toEqual([]);
  return steps;
}

/** The states that one side went through. */
export const path = (steps: readonly Step[], side: Side): string =>
  states(steps, side)
    .map(({ to }) => to)
    .join(' ');

/** By the id of a segment, the call that it is linked to. */
export const linked = (steps: readonly Step[], link: 'causedBy' | 'woke'): Record<string, string> =>
  Object.fromEntries(segments(steps).flatMap((segment) => (segment[link] ? [[segment.id, segment[link]]] : [])));

export const inferredCalls = (steps: readonly Step[]): Call[] =>
  calls(steps).filter(({ evidence }) => evidence === 'inferred');
