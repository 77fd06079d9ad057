/**
 * `npm run bench`: what the bridge costs beside a bare client, the number server beside one in C, the bridge beside
 * websockify, what watching a program's calls costs, the index of a large capture beside tshark, and how evenly the page
 * draws. `npm run bench -- frames bridge` takes those parts alone.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { benchBridge } from './bridge.ts';
import { benchCalls } from './calls.ts';
import { benchCaptures } from './captures.ts';
import { benchNumberServer, benchWebsockify } from './others.ts';

const frames = fileURLToPath(new URL('./page/frames.ts', import.meta.url));

const PARTS: Record<string, () => unknown> = {
  bridge: benchBridge,
  server: benchNumberServer,
  websockify: benchWebsockify,
  calls: benchCalls,
  captures: benchCaptures,
  frames: () => spawnSync(process.execPath, ['--import', 'tsx', frames], { stdio: 'inherit' }),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: choose from ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
for (const [name, part] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await part();
