// Installs the packages and builds the program, if a fresh clone or a change of the sources makes that necessary.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command quietly. If it fails, its output is shown and this process ends with its status. */
export function quietly(what, command, args, options = {}) {
  console.error(`${what} …`);
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (status === 0) return;
  console.error(error?.message ?? `${stdout}${stderr}`);
  console.error(`${what}: this did not work (${command} ${args.join(' ')}).`);
  process.exit(status || 1);
}

export function prepare() {
  checkNode();
  if (modified('package-lock.json') > modified('node_modules/.package-lock.json'))
    quietly('Installing packages', npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  const sources = [
    'bridge',
    'server',
    'web',
    'tsconfig.json',
    'tsconfig.build.json',
    'vite.config.ts',
    'package-lock.json',
  ];
  if (Math.max(...sources.map(newest)) > Math.min(modified(BUILT), modified('dist/web/index.html'))) build();
}

/** TypeScript does not write this list again if a source was only touched: so the build sets its time. */
const BUILT = 'dist/.tsbuildinfo';

function build() {
  const begun = new Date();
  quietly('Building', npm, ['run', '--silent', 'build']);
  utimesSync(join(root, BUILT), begun, begun);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Aperto needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** When a file was last written, in milliseconds; 0 if there is none. */
function modified(path) {
  const full = join(root, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}

function newest(path) {
  const full = join(root, path);
  if (!statSync(full).isDirectory()) return modified(path);
  return Math.max(modified(path), ...readdirSync(full).map((name) => newest(join(path, name))));
}
