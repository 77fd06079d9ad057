import { test as base } from '@playwright/test';
import { startBridge, stopBridge, type Bridge } from '../helpers/bridge-process.ts';

/** Tests of the page: each worker has a bridge and a number server of its own. */
export const test = base.extend<{ baseURL: string }, { bridge: Bridge }>({
  bridge: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from its first parameter
    async ({}, use) => {
      const bridge = await startBridge();
      await use(bridge);
      await stopBridge(bridge);
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ bridge }, use) => use(bridge.url),
});

export { expect } from '@playwright/test';
