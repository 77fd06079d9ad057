import { test as base } from '@playwright/test';
import type { Hello } from '../../bridge/protocol.ts';
import { startBridge, stopBridge, type Bridge } from '../helpers/bridge-process.ts';

/** The wire on which nothing is captured: what the page shows there is inferred. */
export const DIRECT = ['--wire', 'direct', '--capture', 'off'];

async function serve(options: readonly string[], use: (bridge: Bridge) => Promise<void>): Promise<void> {
  const bridge = await startBridge(undefined, options);
  await use(bridge);
  await stopBridge(bridge);
}

/** Tests of the page: each worker has a bridge and a number server of its own. */
export const test = base.extend<{ baseURL: string }, { bridge: Bridge }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from its first parameter
  bridge: [async ({}, use) => serve(DIRECT, use), { scope: 'worker' }],
  baseURL: async ({ bridge }, use) => use(bridge.url),
});

/** The same in the lab, where this machine can have one. */
export const labTest = base.extend<{ baseURL: string }, { bridge: Bridge }>({
  // eslint-disable-next-line no-empty-pattern -- as above
  bridge: [async ({}, use) => serve([], use), { scope: 'worker' }],
  baseURL: async ({ bridge }, use, info) => {
    const { wire, wireMessage } = (await (await fetch(`${bridge.url}/health`)).json()) as Hello;
    info.skip(wire !== 'lab', wireMessage);
    await use(bridge.url);
  },
});

export { expect } from '@playwright/test';
