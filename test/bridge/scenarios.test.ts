import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { tracePcap } from '../../bridge/packet/capture-file/trace-pcap.ts';
import type { Script } from '../../bridge/trace/script.ts';
import { beatsOf } from '../../web/playback/beats.ts';
import { momentsOf } from '../../web/reading/moments.ts';
import { beatAt, type Mark } from '../../web/scenarios/marks.ts';
import { answerOf, notShown, SCENARIO_KEYS, SHELF, shows, type ScenarioKey } from '../../web/scenarios/shelf.ts';
import { whyNoLab } from '../helpers/programs/lab.ts';
import { ShelfRuns, told, type Played } from '../helpers/shelf-runs.ts';
import { expectCausal, segments, states } from '../helpers/trace-checks.ts';
import { hasTshark, traceSays, tsharkSays } from '../helpers/packets/tshark.ts';

/** Times that each is played: `SCENARIO_RUNS=20 npx vitest run test/bridge/scenarios.test.ts` for more. */
const TIMES = Number(process.env['SCENARIO_RUNS'] ?? 2);
const TIMEOUT = 120_000 + TIMES * 20_000;

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
        expectPossible(played);
        await expectShown(key, played, () => runs.playAlone(SHELF[key]));
      }
    });

    test('answers its question by what happened', async () => {
      const answers = (await all(key)).map((played) => answerOf(key, played));
      for (const answer of answers) expect(SHELF[key].question.choices).toContain(answer);
      if (TIMES > 2) console.log(`${key}: ${tally(answers)}`);
    });

    test.skipIf(key === 'plain')('is not shown by a plain run', async () => {
      for (const plain of await all('plain')) expect(shows(key, plain)).toBe(false);
    });
  });

  test.skipIf(!hasTshark)('tshark reads the packets of each scenario as its trace shows them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aperto-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const played = (await Promise.all(SCENARIO_KEYS.map((key) => all(key)))).flat();
    const file = join(folder, 'all.pcap');
    await writeFile(
      file,
      oneFile(played.map(({ steps }) => tracePcap({ startedAt: new Date().toISOString(), steps }))),
    );
    expect(tsharkSays(file)).toEqual(played.flatMap(({ steps }) => traceSays(segments(steps))));
  });

  test('without Nagle’s algorithm the second small segment leaves at once', async () => {
    const { script, link, server } = SHELF.nagle;
    const hasty = script.map((operation) => (operation.do === 'send' ? { do: 'send', hex: operation.hex } : operation));
    const toPlay = { script: hasty as Script, ...(link && { link }), ...(server && { server }) };
    let played = await runs.play(toPlay);
    for (let attempt = 1; attempt < ATTEMPTS && answerOf('nagle', played) !== 'once'; attempt += 1)
      played = await runs.playAlone(toPlay);
    expect(answerOf('nagle', played)).toBe('once');
    expect(shows('nagle', played)).toBe(false);
  });

  test.each(SCENARIO_KEYS)('%s: the question is put before the run gives the answer', async (key) => {
    const { asks, tells } = SHELF[key].question;
    const played = await expectShown(key, await runs.run(key, 0), () => runs.playAlone(SHELF[key]));
    const beats = beatsOf(momentsOf(played.steps), true);
    const place = (mark: Mark) => beats.findIndex(({ id }) => id === beatAt(mark, beats));
    expect(place(asks)).toBeGreaterThanOrEqual(0);
    // A run may give its answer only at its end: nothing more came.
    if (tells && place(tells) >= 0) expect(place(tells)).toBeGreaterThan(place(asks));
  });

  // The other scenarios are plain runs too, except for what the wire or the server does.
  test.each(['zero', 'silence', 'echo', 'split', 'two', 'unread', 'refused', 'unaccepted', 'blackhole'] as const)(
    '%s is not a plain run',
    async (key) => expect(shows('plain', await runs.run(key, 0))).toBe(false),
  );
});

/** Whatever a busy machine does to a run, its trace is causal, and no kernel is in a state that the standard excludes. */
function expectPossible({ steps }: Played): void {
  expectCausal(steps);
  expect(states(steps).filter(({ expected }) => expected !== undefined)).toEqual([]);
}

/** Runs that another program on this machine may spoil, one after the other, before a scenario counts as not shown. */
const ATTEMPTS = 5;

/**
 * A run shows its scenario, or one of the next does, which are played alone: the timing of real programs is part of some
 * scenarios. Returns the run that shows it.
 */
async function expectShown(key: ScenarioKey, first: Played, playAlone: () => Promise<Played>): Promise<Played> {
  let played = first;
  for (let attempt = 1; attempt < ATTEMPTS && !shows(key, played); attempt += 1) {
    played = await playAlone();
    expectPossible(played);
  }
  expect(notShown(key, played), `${key}\n${told(played)}`).toEqual([]);
  return played;
}

/** The records of several pcap files in one: tshark takes its time to begin. */
function oneFile(files: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = files;
  return Buffer.concat([first!, ...others.map((file) => file.subarray(FILE_HEADER))]);
}

/** Bytes before a pcap file's first record. */
const FILE_HEADER = 24;

/** `server × 19, nobody × 1` */
function tally(answers: readonly (string | undefined)[]): string {
  const counts = new Map<string | undefined, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${answer} × ${count}`).join(', ');
}
