import { expect, vi } from 'vitest';
import type { DoneMessage } from '../../bridge/protocol/messages.ts';
import { plainScript, type Script } from '../../bridge/trace/script.ts';
import { Page, type PlayedRun, type WhenOver } from '../helpers/clients/page.ts';
import { quickest } from '../helpers/quickest.ts';
import { expectCausal } from '../helpers/trace-checks.ts';
import { WatchedBridge, type Open } from '../helpers/programs/watched-bridge.ts';
import { World } from './world.ts';

/** The limit in milliseconds of a run whose fault lasts until that limit. */
export const RUN_MS = 2500;
/** The limit in milliseconds of any other run: even a busy machine does not reach it. */
export const LONG_RUN_MS = 20_000;
/** Milliseconds by which a run may end later than its fault explains. */
export const LATE_MS = 1000;
/** Milliseconds in which a run that is done closes what it had open. */
const CLOSED_MS = 20_000;
/** Milliseconds by which a timer may be early: it counts whole milliseconds from the start of a turn of the event loop. */
const EARLY_MS = 20;

export const plain = plainScript(121n);

/** A bridge, a page and the world beyond: all that a fault can break. */
export interface Scene {
  world: World;
  bridge: WatchedBridge;
  page: Page;
}

export interface Case {
  name: string;
  breaks(scene: Scene): unknown;
  /** By default the plain run. */
  script?: Script;
  /** What `done` says. */
  told: Partial<DoneMessage>;
  /** The least time and the most time of the run, in milliseconds. */
  within: readonly [number, number];
  /** Checks that belong to this fault only, after the run. */
  also?(scene: Scene, run: PlayedRun): unknown;
}

export async function openScene(
  whenOver: WhenOver,
  runMs = LONG_RUN_MS,
  inside: Record<string, string> = {},
): Promise<Scene> {
  const world = await World.make(whenOver);
  const options = ['--wire', 'direct', '--capture', 'off', '--target', `127.0.0.1:${world.port}`];
  const bridge = await WatchedBridge.start(options, { TEST_LIMITS: JSON.stringify({ runMs }), ...inside });
  whenOver(() => bridge.kill());
  return { world, bridge, page: await Page.open(bridge, whenOver) };
}

/** Scenes for tests at the same time. After its test a scene is whole again, and serves the next one. */
export class Scenes {
  readonly #free: Scene[] = [];
  readonly #closings: Parameters<WhenOver>[0][] = [];
  readonly #runMs: number;

  constructor(runMs: number) {
    this.#runMs = runMs;
  }

  async take(): Promise<Scene> {
    return this.#free.pop() ?? openScene((close) => void this.#closings.unshift(close), this.#runMs);
  }

  giveBack(scene: Scene): void {
    this.#free.push(scene);
  }

  async close(): Promise<void> {
    for (const close of this.#closings) await close();
  }
}

export async function expectReplied(page: Page): Promise<void> {
  const { done, steps } = await page.run(plain);
  expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
  expectCausal(steps);
}

/**
 * Checks what holds for every fault: the run reports it truly, in its time; it ends once; it leaves nothing open; and the
 * next run, with the fault mended, is as good as the one before. A busy machine may be late once, but not each time.
 */
export async function endure(fault: Case, scene: Scene): Promise<void> {
  await expectReplied(scene.page);
  const [, most] = fault.within;
  expect(await quickest(most, () => endureOnce(fault, scene))).toBeLessThan(most);
  expectDoneOnce(scene.page);
  expect(scene.bridge.complaints).toBe('');
}

/** Returns the duration of the run in milliseconds. */
async function endureOnce(fault: Case, scene: Scene): Promise<number> {
  const { world, bridge, page } = scene;
  const before = await bridge.atRest();
  await fault.breaks(scene);
  const startedAt = performance.now();
  const run = await page.run(fault.script ?? plain);
  const elapsedMs = performance.now() - startedAt;
  expect(run.done).toMatchObject(fault.told);
  expectCausal(run.steps);
  const durationMs = run.done.durationUs / 1000;
  expect(durationMs).toBeGreaterThanOrEqual(fault.within[0]);
  expectTimed(run.done, elapsedMs, RUN_MS);
  await fault.also?.(scene, run);
  await expectClosed(bridge, before);
  await world.mend();
  await expectReplied(page);
  return durationMs;
}

/**
 * A run is no longer than the page waited for it, and no run ends by its limit before that limit. The page's own clock
 * decides: the limit counts from the moment when the bridge gets the message, the duration from the first call.
 */
export function expectTimed(done: DoneMessage, elapsedMs: number, limitMs: number): void {
  expect(done.durationUs / 1000).toBeLessThanOrEqual(elapsedMs);
  if (done.error === 'RUN_TIME') expect(elapsedMs).toBeGreaterThanOrEqual(limitMs - EARLY_MS);
}

/** The bridge has open what it had before, and nothing else: sockets, descriptors, timers, children. */
export async function expectClosed(bridge: WatchedBridge, before: Open): Promise<void> {
  await vi.waitFor(async () => expect(await bridge.open()).toEqual(before), { timeout: CLOSED_MS, interval: 20 });
}

/** No run has a second `done`, or a step after it. */
export function expectDoneOnce(page: Page): void {
  const ended = new Set<unknown>();
  for (const message of page.messages) {
    if (message.type !== 'steps' && message.type !== 'done') continue;
    expect(ended, `${message.type} after the done of ${message.id}`).not.toContain(message.id);
    if (message.type === 'done') ended.add(message.id);
  }
}
