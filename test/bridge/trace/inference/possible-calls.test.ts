import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TraceBuilder } from '../../../../bridge/trace/inference/trace-builder.ts';
import type { Report } from '../../../../bridge/trace/report.ts';
import type { Call, Step } from '../../../../bridge/trace/step.ts';
import { expectPossibleCalls } from '../../../helpers/oracle/possible-calls.ts';
import { anyPlot } from '../../../helpers/simulated/any-plot.ts';
import { SimulatedConnection } from '../../../helpers/simulated/connection.ts';
import { lookedAt, wholeCalls, withoutCapture } from '../../../helpers/simulated/looked-at.ts';
import { calls, expectCausal } from '../../../helpers/trace-checks.ts';

const RUNS = { numRuns: 400 };
const anyLooks = fc
  .array(fc.integer({ min: 1, max: 3000 }), { maxLength: 60 })
  .map((gaps) => gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, -20)));

function told(reports: readonly Report[], captured: boolean, final = true): Step[] {
  const trace = new TraceBuilder();
  for (const report of reports) trace.report(report);
  const now = final ? 1e9 : Math.max(0, ...reports.map(({ at }) => at));
  return trace.steps({ captured, serverWatched: 'no', final, now });
}

/** What really happened must lie in the range that is told. */
function expectTrueRanges(steps: readonly Step[], real: readonly Call[]): void {
  for (const { name, range, startedAt, evidence } of calls(steps)) {
    if (!range || evidence !== 'inferred') continue;
    const [from, until] = [startedAt - range.earlierUs - 0.2, startedAt + range.laterUs + 0.2];
    const moments = real.flatMap((call) => {
      if (name === 'accept') return call.name === 'accept' ? [call.returnedAt!] : [];
      const isMeant =
        name === 'close' || name === 'shutdown'
          ? call.name === 'close' || call.name === 'shutdown'
          : call.name === name;
      return isMeant ? [call.startedAt] : [];
    });
    if (!moments.some((at) => at >= from && at <= until))
      expect.fail(`${name}() of ${moments} is not in ${from}..${until}`);
  }
}

describe.each([true, false])('captured: %s', (captured) => {
  const seenBy = (reports: readonly Report[]): Report[] => (captured ? [...reports] : withoutCapture(reports));

  test('calls that nobody saw are where they can have been', () => {
    fc.assert(
      fc.property(anyPlot, fc.option(anyLooks), (plot, looks) => {
        const { reports } = new SimulatedConnection({ ...plot, watched: true });
        const seen = seenBy(lookedAt(reports, looks ?? []));
        const steps = told(seen, captured);
        expectCausal(steps);
        expectPossibleCalls(steps);
        expectTrueRanges(steps, wholeCalls(reports));
      }),
      RUNS,
    );
  });

  test('also while the run goes on, and if reports are missing', () => {
    fc.assert(
      fc.property(anyPlot, anyLooks, fc.nat(), fc.boolean(), (plot, looks, cut, final) => {
        const { reports } = new SimulatedConnection({ ...plot, watched: true });
        const all = seenBy(lookedAt(reports, looks)).sort((a, b) => a.at - b.at);
        const some = all.filter(({ kind }, index) => kind !== 'sighting' || (index * 7 + cut) % 3 > 0);
        const steps = told(some.slice(0, cut % (some.length + 1)), captured, final);
        expectCausal(steps);
        expectPossibleCalls(steps);
      }),
      RUNS,
    );
  });
});
