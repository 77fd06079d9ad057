// Vite with hot reload in front of the bridge: the page's requests to /ws and /health go on to the bridge.
import { join } from 'node:path';
import { root } from './files.mjs';
import { prepare } from './prepare.mjs';

prepare();
// On a fresh clone there is no Vite before.
const { createServer } = await import('vite');
const vite = await createServer({ configFile: join(root, 'vite.config.ts') });
await vite.listen();
const { port } = vite.httpServer.address();
const hosts = ['localhost', '127.0.0.1', '[::1]'].map((host) => `${host}:${port}`);
const { main } = await import('../dist/bridge/main.js');
await main([
  ...hosts.flatMap((host) => ['--allow-host', host, '--allow-origin', `http://${host}`]),
  ...process.argv.slice(2),
]);
vite.printUrls();
