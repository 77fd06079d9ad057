import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../../bridge/trace/report.ts';
import type { Side, Step, TcpState } from '../../../../bridge/trace/step.ts';
import { expectEqual } from '../../../helpers/expect-equal.ts';
import { anyPlot } from '../../../helpers/simulated/any-plot.ts';
import { SimulatedConnection, type Plot } from '../../../helpers/simulated/connection.ts';
import { inferredCalls, toldCaptured, type Telling } from '../../../helpers/simulated/told-captured.ts';
import { calls, segments, states } from '../../../helpers/trace-checks.ts';

const telling = ({ watched }: Plot): Telling => ({ serverWatched: watched ? 'yes' : 'no', now: 1e9 });
const told = (plot: Plot, reports: readonly Report[]): Step[] => toldCaptured(reports, telling(plot));

/** A connection that is no more is answered by the socket that listens, where one does. */
const sameState = (state: TcpState): TcpState => (state === 'LISTEN' ? 'CLOSED' : state);
const path = (steps: readonly Step[], side: Side): TcpState[] =>
  states(steps, side)
    .map(({ to }) => sameState(to))
    .filter((state, index) => index > 0 || state !== 'CLOSED');

const disagreements = (steps: readonly Step[]) => states(steps).filter(({ expected }) => expected !== undefined);
const isSighting = (report: Report): boolean => report.kind === 'sighting';
const RUNS = { numRuns: 300 };

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}

describe('any connection, with any faults on its link', () => {
  test('every kernel was in the states that the trace tells, and in none that contradicts it', () => {
    fc.assert(
      fc.property(anyPlot, (plot) => {
        const { reports, kernels } = new SimulatedConnection(plot);
        const steps = told(plot, reports);
        expectEqual(disagreements(steps), []);
        for (const side of ['client', 'server'] as const) {
          const derived = path(steps, side);
          for (const report of reports)
            if (report.kind === 'sighting' && report.side === side && sameState(report.state) !== 'CLOSED')
              expect(derived).toContain(report.state);
          // When a program left that nobody watches is known from its kernel's answers alone: not to the microsecond.
          if (side === 'server' && !plot.watched) continue;
          const real = kernels[side].path.map(sameState);
          let from = 0;
          const untrue = derived.filter((state) => (from = real.indexOf(state, from) + 1) === 0);
          expect({ real, derived, untrue }).toMatchObject({ untrue: [] });
        }
      }),
      RUNS,
    );
  });

  test('the trace is the same in whatever order the reports come', () => {
    fc.assert(
      fc.property(anyPlot, fc.infiniteStream(fc.nat()), (plot, random) => {
        const { reports } = new SimulatedConnection(plot);
        const shuffled = reports
          .map((report) => ({ report, place: random.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ report }) => report);
        expectEqual(told(plot, shuffled), told(plot, reports));
      }),
      RUNS,
    );
  });

  test('the reports stay as they were: nothing is written into them', () => {
    fc.assert(
      fc.property(anyPlot, (plot) => {
        const { reports } = new SimulatedConnection(plot);
        const expected = told(plot, reports);
        expectEqual(told(plot, deepFrozen(structuredClone(reports))), expected);
      }),
      RUNS,
    );
  });

  test('without some of what the kernels said it is causal all the same', () => {
    fc.assert(
      fc.property(anyPlot, fc.infiniteStream(fc.boolean()), (plot, random) => {
        const { reports } = new SimulatedConnection(plot);
        told(
          plot,
          reports.filter((report) => !isSighting(report) || random.next().value),
        );
        told(
          plot,
          reports.filter((report) => !isSighting(report)),
        );
      }),
      RUNS,
    );
  });

  test('while it goes on, what is told so far is causal, and nothing of it is held against a kernel', () => {
    fc.assert(
      fc.property(anyPlot, fc.nat(), (plot, cut) => {
        const { reports } = new SimulatedConnection(plot);
        const soFar = reports.slice(0, cut % (reports.length + 1));
        const now = Math.max(0, ...soFar.map(({ at }) => at));
        const steps = toldCaptured(soFar, { ...telling(plot), final: false, now });
        expectEqual(disagreements(steps), []);
      }),
      RUNS,
    );
  });

  test('of a server that is watched no call is inferred but those before listen()', () => {
    fc.assert(
      fc.property(anyPlot, (plot) => {
        const { reports } = new SimulatedConnection({ ...plot, watched: true, listens: true });
        const steps = toldCaptured(reports, { now: 1e9 });
        expect(inferredCalls(steps).map(({ name }) => name)).toEqual(['socket', 'bind']);
      }),
      RUNS,
    );
  });

  test('of one that nobody watches, all that it sent is inferred, and no more', () => {
    fc.assert(
      fc.property(anyPlot, (plot) => {
        const { reports, kernels } = new SimulatedConnection({ ...plot, watched: false, listens: true });
        const steps = toldCaptured(reports, { now: 1e9, serverWatched: 'no' });
        const sent = inferredCalls(steps).filter(({ name }) => name === 'send');
        const bytes = new Map(
          segments(steps)
            .filter(({ from, length }) => from === 'server' && length > 0)
            .map(({ seq, length }) => [seq, length]),
        );
        const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
        expect(sum(sent.map(({ bytes = 0 }) => bytes))).toBe(kernels.server.connected ? sum(bytes.values()) : 0);
        const closes = calls(steps).filter(({ side, name }) => side === 'server' && name === 'close');
        const ends = segments(steps).some(({ from, flags }) => from === 'server' && flags.includes('FIN'));
        expect(closes).toHaveLength(ends ? 1 : 0);
      }),
      RUNS,
    );
  });
});
