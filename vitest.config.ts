import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Two projects: the page's tests resolve packages as a browser does, and would give the bridge's tests a stub of `ws`.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/{server,bridge,architecture,faults,fuzz}/**/*.test.ts'],
          globalSetup: ['test/helpers/built.ts'],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
        resolve: { conditions: ['browser'] },
        test: { name: 'page', include: ['test/web/**/*.test.ts'] },
      },
    ],
  },
});
