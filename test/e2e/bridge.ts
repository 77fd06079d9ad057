import { test as base } from '@playwright/test';
import type { Hello } from '../../bridge/protocol/messages.ts';
import { serverListens, startBridge, stopBridge, type Bridge } from '../helpers/programs/bridge-process.ts';

/** The wire on which nothing is captured: what the page shows there is inferred. */
export const DIRECT = ['--wire', 'direct', '--capture', 'off'];

/** Returns a bridge of this sort. It starts when a test of the worker first asks for it, and ends with the worker. */
export type BridgeOf = (sort: string, start: () => Promise<Bridge>) => Promise<Bridge>;

/**
 * Tests of the page: each worker has bridges of its own, with a number server each, and by default the one on the direct
 * wire. All sorts in one fixture: a worker that has another set of fixtures is another process, with a browser of its own.
 */
export const test = base.extend<
  {
    wire: 'direct' | 'lab';
    baseURL: string;
    /** Everything of a run is shown at once. Without it, a test has to play the run, or to go to its end. */
    showsAll: boolean;
  },
  { bridgeOf: BridgeOf }
>({
  showsAll: [true, { option: true }],
  context: async ({ context, showsAll }, use) => {
    if (showsAll) await context.addInitScript(() => localStorage.setItem('aperto-shows-all', 'yes'));
    await use(context);
  },
  bridgeOf: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from its first parameter
    async ({}, use) => {
      const bridges = new Map<string, Promise<Bridge>>();
      await use((sort, start) => {
        if (!bridges.has(sort)) bridges.set(sort, start());
        return bridges.get(sort)!;
      });
      await Promise.all([...bridges.values()].map(async (bridge) => stopBridge(await bridge)));
    },
    { scope: 'worker' },
  ],
  wire: ['direct', { option: true }],
  baseURL: async ({ bridgeOf, wire }, use, info) => {
    const { url } = await bridgeOf(wire, async () => {
      const bridge = await startBridge(undefined, wire === 'direct' ? DIRECT : []);
      await serverListens(bridge);
      return bridge;
    });
    if (wire === 'lab') {
      const hello = (await (await fetch(`${url}/health`)).json()) as Hello;
      info.skip(hello.wire !== 'lab', hello.wireMessage);
    }
    await use(url);
  },
});

/** The same in the lab, where this machine can have one. */
export const labTest = test.extend<object>({ wire: 'lab' });

export { expect } from '@playwright/test';
