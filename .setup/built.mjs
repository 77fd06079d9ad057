// The built program: whether it belongs to the sources, and how it is built.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demandOf, digestOf, isBuilt } from './decide.mjs';
import {
  contentsOf,
  filesBelow,
  leftFolders,
  nextFolder,
  putInPlace,
  readJson,
  removeFolders,
  root,
} from './files.mjs';
import { readLock } from './packages.mjs';
import { quietly } from './quietly.mjs';

const JOIN_PACKAGES = '.setup/join-packages.mjs';
const SOURCES = ['bridge', 'server', 'web', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts', JOIN_PACKAGES];

const place = join(root, 'dist');
const aside = join(root, '.last-dist');
const RECORD = '.built.json';

export function programIsBuilt() {
  try {
    const record = readJson(join(place, RECORD));
    return isBuilt({ sources: digestOfSources(), outputs: digestOfOutputs(place), record });
  } catch (error) {
    // Another start replaces the built program at this moment.
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Builds beside the program that is there: if this fails, that one is still whole. */
export function buildProgram() {
  removeFolders(leftFolders('dist'));
  // Beside `dist`, and not in a folder of its own: source maps hold the way from the built files to the sources.
  const next = nextFolder('dist');
  // A source that changes during the build is built again by the next start.
  const sources = digestOfSources();
  const failing = {
    afterwards: existsSync(place) ? 'The program that was built before is untouched.' : undefined,
    cleanUp: () => removeFolders([next]),
    // With another value, what is built would be larger and slower.
    env: { ...process.env, NODE_ENV: 'production' },
  };
  const buildInfo = join(next, '.tsbuildinfo');
  const types = ['-p', 'tsconfig.build.json', '--outDir', next, '--tsBuildInfoFile', buildInfo];
  const page = ['build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', join(next, 'web')];
  quietly('Building the bridge', process.execPath, [programOf('typescript', 'tsc'), ...types], failing);
  quietly('Building the page', process.execPath, [programOf('vite', 'vite'), ...page], failing);
  quietly('Joining packages', process.execPath, [JOIN_PACKAGES, join(next, 'node_modules')], failing);
  writeFileSync(join(next, RECORD), JSON.stringify({ sources, outputs: digestOfOutputs(next) }));
  putInPlace(next, place, aside);
}

/** Other packages build other files, so what is installed belongs to the sources. */
function digestOfSources() {
  const files = contentsOf(root, filesBelow(root, SOURCES));
  return digestOf([...files, ['package-lock.json', demandOf(readLock())]]);
}

/** Without hidden files: TypeScript's own list changes when somebody else compiles the same sources. */
function digestOfOutputs(folder) {
  return digestOf(contentsOf(folder, filesBelow(folder, ['bridge', 'server', 'web', 'node_modules'])));
}

/** The file of a package's command, as its manifest names it: without a shell, and on every system. */
function programOf(name, command) {
  const folder = join(root, 'node_modules', name);
  return join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin[command]);
}
