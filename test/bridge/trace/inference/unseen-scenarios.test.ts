import { expect, onTestFinished, test } from 'vitest';
import { SCENARIO_KEYS } from '../../../../web/scenarios/shelf.ts';
import { expectPossibleCalls } from '../../../helpers/oracle/possible-calls.ts';
import { whyNoLab } from '../../../helpers/programs/lab.ts';
import { ShelfRuns } from '../../../helpers/shelf-runs.ts';
import { calls, expectCausal } from '../../../helpers/trace-checks.ts';

test.skipIf(whyNoLab)('in every scenario, a call that nobody saw is where it can have been', async () => {
  const shelves = await Promise.all((['watch', 'none'] as const).map((how) => ShelfRuns.begin(1, how)));
  for (const shelf of shelves) onTestFinished(() => shelf.end());
  let unseen = 0;
  for (const shelf of shelves)
    for (const key of SCENARIO_KEYS) {
      const { steps } = await shelf.run(key, 0);
      expectCausal(steps);
      expectPossibleCalls(steps);
      unseen += calls(steps).filter(({ side, evidence }) => side === 'server' && evidence === 'inferred').length;
    }
  expect(unseen).toBeGreaterThan(2 * SCENARIO_KEYS.length);
});
