// A Chromium for the end-to-end tests: the machine's own, or Debian's package, or one that comes inside an npm package.
// That package is pinned with a digest in a lockfile of its own, so that only a machine without a Chromium installs it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readJson, root } from './files.mjs';
import { quietly } from './quietly.mjs';

/** Debian's package. It is Chromium without a window: the tests take half the time in it. */
const SHELL = 'chromium-headless-shell';
const NAMES = [SHELL, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Returns the environment that the tests need to start a browser; installs a browser if there is none. */
export async function browserEnvironment() {
  const own = process.env.APERTO_CHROMIUM ?? findOnPath();
  if (own) return { APERTO_CHROMIUM: own };
  if (canUseApt()) {
    const apt = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    quietly('Installing Chromium from Debian for the tests: package lists', 'apt-get', ['update', '-qq'], apt);
    quietly('Installing Chromium from Debian for the tests', 'apt-get', ['install', '-y', '-qq', SHELL], apt);
    return { APERTO_CHROMIUM: findOnPath() };
  }
  return packagedBrowser();
}

function findOnPath() {
  const folders = (process.env.PATH ?? '').split(':');
  for (const name of NAMES) for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

function canUseApt() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
}

/** Without root: a Chromium with its own libraries. Its folder bears the digest, so that another one is unpacked anew. */
export async function packagedBrowser() {
  const folder = join(root, '.setup', 'browser');
  const { integrity } = readJson(join(folder, 'package-lock.json')).packages['node_modules/@sparticuz/chromium'];
  const unpacked = join(folder, 'node_modules', `.unpacked-${Buffer.from(integrity).toString('hex').slice(14, 46)}`);
  if (!existsSync(unpacked)) {
    const options = { cwd: folder };
    quietly('Installing Chromium from npm for the tests', 'npm', ['ci', '--no-audit', '--no-fund'], options);
    await unpack(folder, unpacked);
  }
  return {
    APERTO_CHROMIUM: join(unpacked, 'chromium'),
    LD_LIBRARY_PATH: join(unpacked, 'al2023', 'lib'),
    APERTO_CHROMIUM_PACKAGED: '1',
  };
}

/** Unpacks beside the place, so that a process that dies on the way leaves nothing that looks whole. */
async function unpack(folder, place) {
  const next = `${place}.next`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next);
  // The package unpacks its libraries only if it believes that it is in the cloud for which it was made.
  const { AWS_EXECUTION_ENV, TMPDIR, LD_LIBRARY_PATH } = process.env;
  Object.assign(process.env, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x', TMPDIR: next });
  const require = createRequire(join(folder, 'package.json'));
  const { default: chromium } = await import(require.resolve('@sparticuz/chromium'));
  await chromium.executablePath();
  restore({ AWS_EXECUTION_ENV, TMPDIR, LD_LIBRARY_PATH });
  renameSync(next, place);
}

function restore(variables) {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
