import { describe, expect, test } from 'vitest';
import type { Script } from '../../../../bridge/trace/script.ts';
import type { Call, Step } from '../../../../bridge/trace/step.ts';
import { startOwning } from '../../../helpers/bridge.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { expectPossibleCalls } from '../../../helpers/oracle/possible-calls.ts';
import { whyNoLab } from '../../../helpers/programs/lab.ts';
import { PYTHON } from '../../../helpers/programs/python.ts';
import { calls, expectCausal } from '../../../helpers/trace-checks.ts';

if (!PYTHON) console.log('Tests of calls that nobody saw are left out: python3 is not installed.');

const SAY = { do: 'send', hex: '6869' } as const;
const HEAR = { do: 'recv', bytes: 2 } as const;
const CLOSE = { do: 'close' } as const;
const VISIT: Script = [SAY, { do: 'recv' }, CLOSE];
const TALK: Script = [SAY, HEAR, SAY, HEAR, CLOSE];
const KINDS = [
  { kind: 'talks', script: TALK, outcome: 'replied' },
  { kind: 'lingers', script: VISIT, outcome: 'reset' },
  { kind: 'forks', script: VISIT, outcome: 'replied' },
] as const;

const ofServer = (steps: readonly Step[], ...names: Call['name'][]): Call[] =>
  calls(steps).filter(({ side, name }) => side === 'server' && names.includes(name));

const ways = (['direct', 'lab'] as const).flatMap((wire) =>
  (['watch', 'none'] as const).map((how) => ({ wire, calls: how })),
);

describe.each(ways)('on the wire $wire, with --calls $calls', ({ wire, calls: how }) => {
  const start = async (kind: string): Promise<Page> =>
    Page.open(
      await startOwning({ wire, calls: how, server: `python3 test/fixtures/servers/blocking_kinds.py PORT ${kind}` }),
    );
  const isPossible = PYTHON !== undefined && !(wire === 'lab' && whyNoLab);

  test.skipIf(!isPossible).each(KINDS)('a server that $kind', async ({ kind, script, outcome }) => {
    const page = await start(kind);
    for (let run = 0; run < 3; run += 1) {
      const { done, steps } = await page.run(script);
      expect(done.outcome).toBe(outcome);
      expectCausal(steps);
      expectPossibleCalls(steps);
      const [accept, ...others] = ofServer(steps, 'accept', 'send', 'close', 'shutdown');
      expect(accept?.name).toBe('accept');
      expect(others.filter(({ name }) => name === 'send').length).toBe(
        script.filter((act) => act.do === 'send').length,
      );
    }
  });

  test.skipIf(!isPossible)('a server whose only thread is busy with another client', async () => {
    const page = await start('talks');
    const other = page.start([SAY, HEAR, { do: 'wait', ms: 800 }, CLOSE]);
    await page.message('steps', ({ id, steps }) => id === other && steps.some((step) => isReturned(step, 'recv')));
    const { steps } = await page.run([SAY, HEAR, CLOSE]);
    expectCausal(steps);
    expectPossibleCalls(steps);
    const [accept, send] = ofServer(steps, 'accept', 'send');
    expect(send!.startedAt).toBeGreaterThan(100_000);
    // Looks show that its thread stayed in the other client's recv(). Without them, the range says how little is known.
    if (how === 'watch') expect(accept!.returnedAt ?? accept!.startedAt).toBeGreaterThan(100_000);
    else expect(accept!.range!.laterUs).toBeGreaterThan(100_000);
  });
});

function isReturned(step: Step, name: Call['name']): boolean {
  return step.kind === 'call' && step.side === 'client' && step.name === name && step.returnedAt !== undefined;
}
