import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const bridge = process.env['APERTO_DEV_BRIDGE'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: 'web',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: { outDir: '../dist/web', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/ws': { target: bridge, ws: true }, '/health': bridge } },
});
