import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import './test/helpers/programs/python.ts';

/**
 * A time-out only ends a wait in vain: on a busy machine a program alone may take seconds to start. Tests leave nothing
 * behind, so files share a process and its modules: loading the modules again for each file took longer than most tests.
 */
const EVERY = { testTimeout: 120_000, hookTimeout: 120_000, isolate: false };

// Two projects: the page's tests resolve packages as a browser does, and would give the bridge's tests a stub of `ws`.
export default defineConfig({
  test: {
    // Most of the bridge's tests wait for a kernel or a child process: another file runs meanwhile.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/{server,bridge,architecture,faults,fuzz,setup}/**/*.test.ts'],
          globalSetup: ['test/helpers/programs/built.ts', 'test/helpers/programs/nothing-left.ts'],
          ...EVERY,
        },
      },
      {
        plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
        resolve: { conditions: ['browser'] },
        test: { name: 'page', include: ['test/web/**/*.test.ts'], ...EVERY },
      },
    ],
  },
});
