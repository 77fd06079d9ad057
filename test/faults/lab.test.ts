import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Hello } from '../../bridge/protocol/messages.ts';
import { plainScript } from '../../bridge/trace/script.ts';
import { BRIDGE } from '../helpers/programs/built-programs.ts';
import { descendants } from '../helpers/programs/descendants.ts';
import { freePort } from '../helpers/free-port.ts';
import { whyNoLab } from '../helpers/programs/lab.ts';
import { Page, type WhenOver } from '../helpers/clients/page.ts';
import { quickest } from '../helpers/quickest.ts';
import { startProgram } from '../helpers/programs/program.ts';
import { WatchedBridge } from '../helpers/programs/watched-bridge.ts';
import { expectClosed, expectDoneOnce, expectReplied, expectTimed, LATE_MS, LONG_RUN_MS, plain } from './endure.ts';

/** The limit in milliseconds of a run that lasts until that limit. The start of its own server counts in it. */
const RUN_MS = 3000;
/** Milliseconds in which a run ends whose fault ends it. */
const ENDED_MS = 3000;
/** The most memory that a run may take, in bytes: less than a flood of a hundred megabytes would. */
const FLOOD_BYTES = 90e6;

const floods = fileURLToPath(new URL('../fixtures/servers/floods.mjs', import.meta.url));

const lab = (port: number): string[] => {
  const server = `exec '${process.execPath}' '${floods}' ${port}`;
  return ['--wire', 'lab', '--target', `127.0.0.1:${port}`, '--server', server];
};

interface LabCase {
  name: string;
  message: object;
  told: object;
  /** The least time and the most time of the run, in milliseconds. */
  within: readonly [number, number];
}

const outOfTime = { outcome: 'timeout', error: 'RUN_TIME' };
const ENDED: LabCase[] = [
  {
    name: 'a server that is killed in mid-run',
    message: { server: 'dies' },
    told: { outcome: 'silent' },
    within: [0, ENDED_MS],
  },
  {
    name: 'a server that floods 100 MB',
    message: { script: plainScript(0n) },
    told: { outcome: 'failed', error: 'REPLY_TOO_LARGE' },
    within: [0, ENDED_MS],
  },
];
const LASTING: LabCase[] = [
  {
    name: 'a server that never accepts',
    message: { server: 'never-accepts' },
    told: outOfTime,
    // The start of this server counts in the limit, but not in the duration.
    within: [RUN_MS - 2000, RUN_MS + LATE_MS],
  },
  {
    name: 'a line that is too slow',
    message: { link: { kbitPerSecond: 1 } },
    told: outOfTime,
    within: [RUN_MS - 500, RUN_MS + LATE_MS],
  },
];

describe.skipIf(whyNoLab).each([
  ['ends by its fault', LONG_RUN_MS, ENDED],
  ['ends by its limit', RUN_MS, LASTING],
])('in the lab a run %s:', (_, runMs, cases) => {
  const closings: Parameters<WhenOver>[0][] = [];
  let bridge: WatchedBridge;
  let page: Page;

  beforeAll(async () => {
    bridge = await WatchedBridge.start(lab(await freePort()), { TEST_LIMITS: JSON.stringify({ runMs }) });
    closings.push(() => bridge.kill());
    page = await Page.open(bridge, (close) => void closings.unshift(close));
    await page.message('hello', (hello) => hello.server.state === 'listening');
  });

  afterAll(async () => {
    for (const close of closings) await close();
  });

  let runs = 0;

  /** Returns the duration of the run in milliseconds. */
  async function endureOnce({ message, told, within: [least] }: LabCase): Promise<number> {
    const before = await bridge.atRest();
    expect(before.namespaces.length).toBe(2);
    const peak = bridge.peakMemory();
    const id = `fault ${runs++}`;
    const startedAt = performance.now();
    page.send({ type: 'run', id, script: plain, ...message });
    const done = await page.message('done', (message) => message.id === id);
    const elapsedMs = performance.now() - startedAt;
    expect(done).toMatchObject(told);
    expect(done.durationUs / 1000).toBeGreaterThanOrEqual(least);
    expectTimed(done, elapsedMs, runMs);
    expect(bridge.peakMemory() - peak).toBeLessThan(FLOOD_BYTES);
    await expectClosed(bridge, before);
    await expectReplied(page);
    return done.durationUs / 1000;
  }

  test.each(cases)('$name', async (fault) => {
    await expectReplied(page);
    const [, most] = fault.within;
    expect(await quickest(most, () => endureOnce(fault))).toBeLessThan(most);
    expectDoneOnce(page);
    expect(bridge.complaints).toBe('');
  });
});

describe.skipIf(whyNoLab)('in the lab', () => {
  test('the disk of the log is full: a warning is lost, and nothing else', async () => {
    const [http, target] = [await freePort(), await freePort()];
    const options = ['--http', `127.0.0.1:${http}`, ...lab(target), '--restart'];
    const program = startProgram('bash', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, ...BRIDGE, ...options]);
    const origin = `http://127.0.0.1:${http}`;
    const health = async (): Promise<Partial<Hello>> =>
      fetch(`${origin}/health`).then(
        (response) => response.json() as Promise<Hello>,
        () => ({}),
      );
    const listening = async (not?: number): Promise<number> => {
      for (;;) {
        const { server } = await health();
        if (server?.state === 'listening' && server.pid !== not) return server.pid!;
        await delay(20);
      }
    };
    const first = await listening();
    // The bridge warns of it, and makes the lab anew.
    process.kill(descendants(program.child.pid!)[0]!, 'SIGKILL');
    await listening(first);
    await expectReplied(await Page.open({ port: http, origin }, onTestFinished));
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});
