import { expect, vi } from 'vitest';
import type { DoneMessage } from '../../bridge/protocol/messages.ts';
import { plainScript, type Script } from '../../bridge/trace/script.ts';
import { Page, type PlayedRun, type WhenOver } from '../helpers/clients/page.ts';
import { expectCausal } from '../helpers/trace-checks.ts';
import { WatchedBridge, type Open } from '../helpers/programs/watched-bridge.ts';
import { World } from './world.ts';

/** Milliseconds that a run may take if its fault is to last until that limit. */
export const RUN_MS = 2500;
/** Milliseconds that any other run may take, so that a busy machine does not reach the limit. */
export const LONG_RUN_MS = 20_000;
/** Milliseconds by which a busy machine may be late. */
export const LATE_MS = 5000;

export const plain = plainScript(121n);

/** A bridge and a page, and what lies beyond: all that a fault can break. */
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
  /** Milliseconds: how long the run takes at least, and at most. */
  within: readonly [number, number];
  /** What else must be so, once it is done. */
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

/** Scenes for tests at the same time. One that has endured its fault is whole again: it is there for the next. */
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
 * What every fault is held to: the run tells the truth about it, in its time; it ends once; nothing that it had open is
 * left; and the next run, with the fault mended, is as good as the one before.
 */
export async function endure(fault: Case, scene: Scene): Promise<void> {
  const { world, bridge, page } = scene;
  await expectReplied(page);
  const before = await bridge.atRest();
  await fault.breaks(scene);
  const run = await page.run(fault.script ?? plain);
  expect(run.done).toMatchObject(fault.told);
  expectCausal(run.steps);
  const [least, most] = fault.within;
  expect(run.done.durationUs / 1000).toBeGreaterThanOrEqual(least);
  expect(run.done.durationUs / 1000).toBeLessThanOrEqual(most);
  await fault.also?.(scene, run);
  await expectClosed(bridge, before);
  await world.mend();
  await expectReplied(page);
  expectDoneOnce(page);
  expect(bridge.complaints).toBe('');
}

/** It has open what it had before, and nothing else: sockets, descriptors, timers, children. */
export async function expectClosed(bridge: WatchedBridge, before: Open): Promise<void> {
  await vi.waitFor(async () => expect(await bridge.open()).toEqual(before), { timeout: LATE_MS, interval: 20 });
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
