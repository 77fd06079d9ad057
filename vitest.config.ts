import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** A limit only ends a wait in vain: on a busy machine a program alone may take seconds to start. */
const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000 };

/** Rooms that only compute: no process, no socket, no timer, and nothing that outlives a test. */
const PURE = [
  'test/bridge/{trace,packet}/**/*.test.ts',
  'test/bridge/wires/lab/{host,link/faults}/**/*.test.ts',
  'test/bridge/wires/lab/{client-ports,frames}.test.ts',
  'test/bridge/sources/{capture/{wall-clock,flow},strace/{read-line,socket-calls}}.test.ts',
  'test/bridge/pages/{message-reader,step-json}.test.ts',
  'test/bridge/machine/{line-splitter,printable}.test.ts',
  'test/bridge/{address,config}.test.ts',
  'test/server/{options,primality}.test.ts',
];

// The page's tests resolve packages as a browser does, and would give the bridge's tests a stub of `ws`. The page's tests
// and the pure ones leave nothing behind, so their files share a process and its modules: to load the modules again for
// each file takes longer than the tests.
export default defineConfig({
  test: {
    // Most of the bridge's tests wait for a kernel or a child process: another file runs meanwhile.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/{server,bridge,architecture,faults,fuzz}/**/*.test.ts'],
          exclude: PURE,
          globalSetup: ['test/helpers/programs/built.ts', 'test/helpers/programs/nothing-left.ts'],
          ...PATIENCE,
        },
      },
      { test: { name: 'pure', include: PURE, isolate: false, ...PATIENCE } },
      {
        plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
        resolve: { conditions: ['browser'] },
        test: { name: 'page', include: ['test/web/**/*.test.ts'], isolate: false, ...PATIENCE },
      },
    ],
  },
});
