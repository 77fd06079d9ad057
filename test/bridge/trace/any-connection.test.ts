import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../bridge/trace/report.ts';
import type { Side, Step, TcpState } from '../../../bridge/trace/step.ts';
import { SimulatedConnection, type Act, type Plot } from '../../helpers/simulated-connection.ts';
import { inferredCalls, toldCaptured, type Telling } from '../../helpers/told-captured.ts';
import { calls, segments, states } from '../../helpers/trace-checks.ts';

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('wait' as const), us: fc.nat(40_000) }),
  fc.record({ do: fc.constant('recv' as const), all: fc.boolean() }),
  fc.constant<Act>({ do: 'shutdown' }),
);
const anyProgram: fc.Arbitrary<Act[]> = fc
  .tuple(fc.array(anyAct, { maxLength: 5 }), fc.boolean(), fc.nat(9))
  .map(([acts, readsToTheEnd, resets]) => [
    ...acts,
    ...(readsToTheEnd ? [{ do: 'recv', all: true } as const] : []),
    ...(resets === 0 ? [{ do: 'reset' } as const] : []),
  ]);

const anyPlot: fc.Arbitrary<Plot> = fc.record({
  client: anyProgram,
  server: anyProgram,
  patienceUs: fc.constantFrom(1e9, 1e9, 1e9, 50_000),
  faults: fc.array(fc.constantFrom('none', 'none', 'none', 'drop', 'duplicate', 'overtaken'), { maxLength: 20 }),
  delayUs: fc.constantFrom(0, 5, 100, 30_000),
  readingUs: fc.constantFrom(0, 3, 50, 300),
  window: fc.integer({ min: 1, max: 4 }),
  listens: fc.nat(9).map((number) => number > 0),
  watched: fc.boolean(),
});

const telling = ({ watched }: Plot): Telling => ({ serverWatched: watched ? 'yes' : 'no', now: 1e9 });
const told = (plot: Plot, reports: readonly Report[]): Step[] => toldCaptured(reports, telling(plot));

/** A connection that is no more is answered by the socket that listens, where one does. */
const sameState = (state: TcpState): TcpState => (state === 'LISTEN' ? 'CLOSED' : state);
const path = (steps: readonly Step[], side: Side): TcpState[] =>
  states(steps, side)
    .map(({ to }) => sameState(to))
    .filter((state, index) => index > 0 || state !== 'CLOSED');

/** Some order of all the reports. */
const shuffled = (reports: readonly Report[]): fc.Arbitrary<Report[]> =>
  fc.shuffledSubarray([...reports], { minLength: reports.length });


const RUNS = { numRuns: 30000 };

describe('any connection, with any faults on its link', () => {
  test('the trace is causal, no segment is inferred, and every kernel is where it was seen', () => {
    fc.assert(
      fc.property(anyPlot, (plot) => {
        const { reports, kernels } = new SimulatedConnection(plot);
        const steps = told(plot, reports);
        expect(states(steps).filter(({ expected }) => expected !== undefined)).toEqual([]);
        for (const side of ['client', 'server'] as const) {
          const derived = path(steps, side);
          const sighted = reports.flatMap((report) =>
            report.kind === 'sighting' && report.side === side ? [sameState(report.state)] : [],
          );
          for (const state of new Set(sighted)) if (state !== 'CLOSED') expect(derived).toContain(state);
          let at = 0;
          const real = kernels[side].path.map(sameState);
          const false_ = derived.filter((state) => (at = real.indexOf(state, at) + 1) === 0);
          expect({ real, derived, false_ }, 'no state in which the kernel was not').toMatchObject({ false_: [] });
        }
      }),
      RUNS,
    );
  });
});
