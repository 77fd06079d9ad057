import { expect, test } from 'vitest';
import { BoundedTrace } from '../../../../bridge/trace/inference/bounded-trace.ts';
import type { Report } from '../../../../bridge/trace/report.ts';
import { TraceBuilder } from '../../../../bridge/trace/inference/trace-builder.ts';
import { listening, plainClient, plainServer } from '../../../helpers/simulated/reports.ts';

const PLAIN: readonly Report[] = [...listening, ...plainClient, ...plainServer];
const FACTS = { serverWatched: 'yes', final: true, now: 1e6 } as const;

const line = (index: number): Report => ({
  kind: 'output',
  id: `server.output.${index}`,
  at: index,
  side: 'server',
  evidence: 'observed',
  stream: 'stdout',
  line: `line ${index}`,
});

function bounded(most: number, reports: readonly Report[]): BoundedTrace {
  const trace = new BoundedTrace(most);
  for (const report of reports) trace.report(report);
  return trace;
}

test('a trace with room for all is the whole trace', () => {
  const whole = new TraceBuilder();
  for (const report of PLAIN) whole.report(report);
  const trace = bounded(PLAIN.length, PLAIN);
  expect(trace.leftOut).toBeUndefined();
  expect(trace.steps(FACTS)).toEqual(whole.steps(FACTS));
});

test('a program that prints much leaves room for its connection, which is told to its end', () => {
  const lines = Array.from({ length: 5100 }, (_, index) => line(index));
  const trace = bounded(1000, [...lines, ...PLAIN]);
  expect(trace.leftOut).toEqual({ lines: 4900 });
  const steps = trace.steps(FACTS);
  expect(steps.filter(({ kind }) => kind === 'output').length).toBe(200);
  expect(steps.filter(({ kind }) => kind !== 'output')).toEqual(bounded(1000, PLAIN).steps(FACTS));
});

test('what is known already may still be completed when the trace is full', () => {
  const call = {
    kind: 'call',
    side: 'client',
    evidence: 'observed',
    name: 'recv',
    args: [],
    at: 5,
    startedAt: 5,
  } as const;
  const recv: Report = { ...call, args: [], id: 'client.recv.1' };
  const trace = bounded(1, [recv, { ...recv, id: 'client.recv.2', at: 9, startedAt: 9 }]);
  expect(trace.leftOut).toEqual({ steps: 1 });
  trace.report({ ...recv, returnedAt: 20, result: 'ok', bytes: 3 });
  expect(trace.size).toBe(1);
  expect(trace.steps(FACTS)).toContainEqual(expect.objectContaining({ id: 'client.recv.1', returnedAt: 20, bytes: 3 }));
});
