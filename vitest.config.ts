import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** A limit only ends a wait in vain: on a busy machine a program alone may take seconds to start. */
const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000 };

// Two projects: the page's tests resolve packages as a browser does, and would give the bridge's tests a stub of `ws`.
export default defineConfig({
  test: {
    // Most of the bridge's tests wait for a kernel or a child process: another file runs meanwhile.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/{server,bridge,architecture,faults,fuzz}/**/*.test.ts'],
          globalSetup: ['test/helpers/programs/built.ts', 'test/helpers/programs/nothing-left.ts'],
          ...PATIENCE,
        },
      },
      {
        plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
        resolve: { conditions: ['browser'] },
        // The page's tests keep nothing between them, and a process for each file would take longer than the tests.
        test: { name: 'page', include: ['test/web/**/*.test.ts'], isolate: false, ...PATIENCE },
      },
    ],
  },
});
