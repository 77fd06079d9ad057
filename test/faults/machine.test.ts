import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { RunResult } from '../../bridge/runs/run-result.ts';
import { Page } from '../helpers/clients/page.ts';
import { until } from '../helpers/until.ts';
import { endure, expectClosed, expectDoneOnce, expectReplied, LATE_MS, openScene, RUN_MS } from './endure.ts';
import { latency, vanish } from './faults.ts';

/** Connections for which descriptors are left. */
const ROOM = 10;

test.concurrent(
  'no descriptor is left: a connection that cannot be opened fails with EMFILE, the others go on',
  async (context) => {
    const { world, bridge, page } = await openScene(context.onTestFinished);
    await expectReplied(page);
    const before = await bridge.atRest();
    execFileSync('prlimit', ['--pid', String(bridge.pid), `--nofile=${before.descriptors.length + ROOM}`]);
    let connected = 0;
    world.serve = () => (connected += 1);
    const ids = Array.from({ length: 3 * ROOM }, () => page.start([{ do: 'recv' }]));
    const failed = () => page.messages.filter((message) => message.type === 'done' && message.outcome === 'failed');
    await until(() => connected + failed().length === ids.length);
    expect(connected).toBeGreaterThan(0);
    expect(failed().length).toBeGreaterThan(ROOM);
    for (const done of failed()) expect(done).toMatchObject({ error: 'EMFILE' });
    await expect(Page.open(bridge, context.onTestFinished)).rejects.toThrow();

    for (const id of ids) if (page.count('done', id) === 0) page.send({ type: 'cancel', id });
    await until(() => page.count('done') === 1 + ids.length);
    await expectClosed(bridge, before);
    await world.mend();
    await expectReplied(page);
    await expectReplied(await Page.open(bridge, context.onTestFinished));
    expectDoneOnce(page);
    expect(bridge.complaints).toBe('');
  },
);

test.concurrent(
  'the wall clock is stepped by hours, to and fro: every time and every limit is as before',
  async (context) => {
    const scene = await openScene(context.onTestFinished, RUN_MS, { TEST_CLOCK_STEPPED: '1' });
    await endure(
      {
        name: 'a slow wire',
        breaks: ({ world }) => (world.proxy.toClient = latency(100, 0)),
        told: { outcome: 'replied' },
        within: [99, 99 + LATE_MS],
        also: (_, { done, steps }) => {
          // The clock was stepped by hours: a minute tells a step of the clock from a busy machine.
          for (const { at } of steps) expect(at).toBeLessThan(60e6);
          expect(Math.abs(Date.parse((done as unknown as RunResult).startedAt) - Date.now())).toBeGreaterThan(
            3_000_000,
          );
        },
      },
      scene,
    );
    await endure(
      {
        name: 'no answer',
        breaks: ({ world }) => (world.proxy.toClient = vanish()),
        told: { outcome: 'timeout', error: 'RUN_TIME' },
        within: [RUN_MS - 500, RUN_MS + LATE_MS],
      },
      scene,
    );
  },
);
