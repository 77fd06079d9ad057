import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { browserEnvironment } from './browser.mjs';
import { prepare, root } from './prepare.mjs';

prepare();
const env = { ...process.env, ...(await browserEnvironment()) };
const args = ['--import', 'tsx', join(root, 'test', 'bench', 'bench.ts'), ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1);
