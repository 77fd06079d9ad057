import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const bridge = process.env['APERTO_DEV_BRIDGE'] ?? 'http://127.0.0.1:8080';

/**
 * This page is never rendered on a server, so nothing is ever hydrated: without the code for that, it is 1.5 kB lighter.
 * Svelte guards that code with a variable; as a constant it lets the bundler see that the code is never reached.
 */
function withoutHydration(): Plugin {
  const file = 'svelte/src/internal/client/dom/hydration.js';
  const names = ['set_hydrating', 'set_hydrate_node', 'hydrate_next', 'reset', 'hydrate_template', 'next'];
  const unreached = [...names, 'skip_nodes', 'read_hydration_instruction'];
  return {
    name: 'without-hydration',
    apply: 'build',
    transform: {
      filter: { id: new RegExp(`${file.replaceAll('.', '\\.')}$`) },
      handler(code) {
        const exported = [...code.matchAll(/^export (?:let|function) (\w+)/gm)].map(([, name]) => name!);
        const known = new Set(['hydrating', 'hydrate_node', ...unreached]);
        if (exported.length !== known.size || exported.some((name) => !known.has(name)))
          return this.error(`${file} is not as this plugin knows it: ${exported.join(', ')}`);
        return [
          'export const hydrating = false, hydrate_node = null;',
          ...unreached.map((name) => `export function ${name}() {}`),
        ].join('\n');
      },
    },
  };
}

export default defineConfig({
  root: 'web',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } }), withoutHydration()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What the page begins with is one file, also what it shares with what comes later: small files pack badly.
    // So is what comes with the first run.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'page', tags: ['$initial'] },
            { name: 'run', test: /web\/.*\b(explanation|kept-traces|RunSummary|StepView)\.(ts|svelte)$/ },
          ],
        },
      },
    },
  },
  server: { proxy: { '/ws': { target: bridge, ws: true }, '/health': bridge } },
});
