// A Chromium for the end-to-end tests: the machine's own, or Debian's package, or one that comes inside an npm package.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './files.mjs';
import { quietly } from './quietly.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** The last version of the package whose Chromium runs under Node 20. */
const PACKAGE = '@sparticuz/chromium@147.0.2';

/** Returns the environment that the tests need to start a browser; installs a browser if there is none. */
export async function browserEnvironment() {
  const own = process.env.APERTO_CHROMIUM ?? findOnPath();
  if (own) return { APERTO_CHROMIUM: own };
  if (canUseApt()) {
    const apt = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    quietly('Installing Chromium from Debian for the tests: package lists', 'apt-get', ['update', '-qq'], apt);
    quietly('Installing Chromium from Debian for the tests', 'apt-get', ['install', '-y', '-qq', 'chromium'], apt);
    return { APERTO_CHROMIUM: findOnPath() };
  }
  return fromPackage();
}

function findOnPath() {
  const folders = (process.env.PATH ?? '').split(':');
  for (const name of NAMES) for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

function canUseApt() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
}

/** Without root: a Chromium with its own libraries, unpacked below node_modules. */
async function fromPackage() {
  const folder = join(root, 'node_modules', '.cache', 'aperto-browser');
  const require = createRequire(join(folder, 'node_modules', 'x.js'));
  if (!existsSync(join(folder, 'node_modules', '@sparticuz', 'chromium')))
    quietly('Installing Chromium from npm for the tests', 'npm', [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-audit',
      '--no-fund',
      PACKAGE,
    ]);
  // The package unpacks its libraries only if it believes that it is in the cloud for which it was made.
  const { AWS_EXECUTION_ENV, TMPDIR } = process.env;
  Object.assign(process.env, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x', TMPDIR: folder });
  const { default: chromium } = await import(require.resolve('@sparticuz/chromium'));
  const path = await chromium.executablePath();
  restore({ AWS_EXECUTION_ENV, TMPDIR });
  return { APERTO_CHROMIUM: path, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), APERTO_CHROMIUM_PACKAGED: '1' };
}

function restore(variables) {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
