import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './files.mjs';

/** Runs a program of `test/` from its source with the arguments of this process, and ends with its status. */
export function runSource(file, nodeOptions = [], env = process.env) {
  const args = [...nodeOptions, '--import', 'tsx', join(root, 'test', file), ...process.argv.slice(2)];
  process.exit(
    spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...env, INIT_CWD: root } }).status ?? 1,
  );
}
