import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Script } from '../../bridge/trace/script.ts';
import type { Segment } from '../../bridge/trace/step.ts';
import { Selection } from '../../bridge/wires/lab/selection.ts';
import { answerOf, SCENARIO_KEYS, SHELF, shows, type ScenarioKey } from '../../web/scenarios/shelf.ts';
import { whyNoLab } from '../helpers/lab.ts';
import { ShelfRuns, told, type Played } from '../helpers/shelf-runs.ts';
import { expectCausal, segments, states } from '../helpers/trace-checks.ts';

/** How often each is played: `SCENARIO_RUNS=20 npx vitest run test/bridge/scenarios.test.ts` for more. */
const TIMES = Number(process.env['SCENARIO_RUNS'] ?? 2);
const TIMEOUT = 60_000 + TIMES * 20_000;

describe.skipIf(whyNoLab)('the shelf of scenarios, on real kernels', { timeout: TIMEOUT }, () => {
  let runs: ShelfRuns;
  beforeAll(async () => {
    runs = await ShelfRuns.begin(TIMES);
  }, TIMEOUT);
  afterAll(() => runs.end());

  const all = (key: ScenarioKey): Promise<Played[]> =>
    Promise.all(Array.from({ length: TIMES }, (_, turn) => runs.run(key, turn)));

  describe.each(SCENARIO_KEYS)('%s', (key) => {
    test('shows what it is for, each time, and nothing that cannot be', async () => {
      for (const played of await all(key)) {
        expectCausal(played.steps);
        expect(states(played.steps).filter(({ expected }) => expected !== undefined)).toEqual([]);
        expect(shows(key, played), told(played)).toBe(true);
      }
    });

    test('answers its question by what happened', async () => {
      const { choices, stop } = SHELF[key].question;
      const answers = (await all(key)).map((played) => answerOf(key, played));
      for (const answer of answers) expect(choices).toContain(answer);
      // The link can stop at the segment before which the question is asked.
      const [played] = await all(key);
      const selection = new Selection([stop]);
      const carried = segments(played!.steps).filter(({ duplicateOf }) => !duplicateOf);
      expect(carried.some((segment) => selection.matches({ ...segment, packetLength: 0 }))).toBe(true);
      if (TIMES > 2) console.log(`${key}: ${tally(answers)}`);
    });

    test.skipIf(key === 'plain')('is not shown by a plain run', async () => {
      for (const plain of await all('plain')) expect(shows(key, plain)).toBe(false);
    });
  });

  test('without Nagle’s algorithm the second small segment leaves at once', async () => {
    const { script, server } = SHELF.nagle;
    const hasty = script.map((operation) => (operation.do === 'send' ? { do: 'send', hex: operation.hex } : operation));
    const played = await runs.play({ script: hasty as Script, ...(server && { server }) });
    expect(answerOf('nagle', played)).toBe('once');
    expect(shows('nagle', played)).toBe(false);
  });

  test('the link stops a run where its question is asked, and the run goes on', async () => {
    const { script, server, question } = SHELF.halfClose;
    const stopping = { script, link: { hold: [question.stop] }, ...(server && { server }) };
    const held: Segment[] = [];
    const played = await runs.play(stopping, (segment, deliver) => {
      held.push(segment);
      deliver();
    });
    expect(held).toMatchObject([{ from: 'client', flags: ['FIN', 'ACK'], fate: 'held' }]);
    expect(shows('halfClose', played), told(played)).toBe(true);
  });

  // The others are plain runs as well, but for what the wire or the server does.
  test.each(['zero', 'silence', 'echo', 'split', 'two', 'unread', 'refused', 'unaccepted', 'blackhole'] as const)(
    '%s is not a plain run',
    async (key) => expect(shows('plain', await runs.run(key, 0))).toBe(false),
  );
});

/** `server × 19, nobody × 1` */
function tally(answers: readonly (string | undefined)[]): string {
  const counts = new Map<string | undefined, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${answer} × ${count}`).join(', ');
}
