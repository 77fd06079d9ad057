import { spawnSync } from 'node:child_process';
import { root } from './files.mjs';

/**
 * Runs a command quietly. If it fails, its output is shown and this process ends with its status.
 * @param options of `spawnSync`; `afterwards` is a last sentence if it fails, and `cleanUp` is called then
 */
export function quietly(what, command, args, { afterwards, cleanUp, ...options } = {}) {
  console.error(`${what} …`);
  // On Windows npm is a script, which only a shell can run.
  const shell = process.platform === 'win32' && command === 'npm';
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell,
    ...options,
  });
  if (status === 0) return;
  cleanUp?.();
  console.error(error?.message ?? `${stdout}${stderr}`);
  console.error(`${what}: this did not work (${command} ${args.join(' ')}).`);
  if (afterwards !== undefined) console.error(afterwards);
  process.exit(status || 1);
}
