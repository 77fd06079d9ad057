import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const bridge = process.env['APERTO_DEV_BRIDGE'] ?? 'http://127.0.0.1:8080';

/**
 * Removes Svelte's code for hydration, 1.5 kB: this page is never rendered on a server. Svelte guards that code with a
 * variable. As a constant, the variable lets the bundler see that the code is never reached.
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
          return this.error(`${file} has other exports than this plugin expects: ${exported.join(', ')}`);
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
    // What the page begins with is one file, with all that later files share with it: small files compress badly.
    // What comes with the first run is one file for the same reason.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'page', tags: ['$initial'] },
            // The first screen draws a recording. Without this, it would wait for all that a run needs.
            {
              name: 'picture',
              test: /web\/(views\/diagram\/(Picture\.svelte|picture-words\.ts)|panels\/RecordingPanel\.svelte|scenarios\/run-facts\.ts)$/,
            },
            {
              name: 'run',
              test: /web\/.*\b(explanation|kept-traces|links|SummaryPanel|StepView|StateMap|Divider)\.(ts|svelte)$/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/ws': { target: bridge, ws: true }, '/health': bridge } },
});
