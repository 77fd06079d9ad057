// The installed packages: whether they are there, and how they get there.
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demandOf, isInstalled, recordOf } from './decide.mjs';
import { filesBelow, leftFolders, nextFolder, putInPlace, readJson, removeFolders, root, sizeOf } from './files.mjs';
import { quietly } from './quietly.mjs';

const place = join(root, 'node_modules');
const aside = join(root, '.last-packages');
const RECORD = '.aperto.json';

/** Development packages build the page. A person's settings may leave them out (NODE_ENV=production does). */
const OPTIONS = [
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
];

export function readLock() {
  const lock = readJson(join(root, 'package-lock.json'));
  if (lock !== undefined) return lock;
  console.error('package-lock.json cannot be read. This command brings it back: git checkout package-lock.json');
  process.exit(1);
}

export function packagesAreInstalled() {
  const lock = readLock();
  const found = installedIn(place);
  const installed = isInstalled({ lock, ...found });
  // Somebody ran npm by hand: from now on each of these files is known.
  if (installed && found.record?.demand !== demandOf(lock)) writeRecord(place, lock);
  return installed;
}

export function installPackages() {
  const left = leftFolders('packages');
  // A start that died while it replaced the packages has left the new ones.
  const next = left.find(isFinished) ?? nextFolder('packages');
  removeFolders(left.filter((folder) => folder !== next));
  if (!left.includes(next)) {
    mkdirSync(next);
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      if (existsSync(join(root, file))) copyFileSync(join(root, file), join(next, file));
    quietly('Installing packages', 'npm', ['ci', ...OPTIONS, '--loglevel=error'], {
      cwd: next,
      afterwards: existsSync(place) ? 'The packages that were installed before are untouched.' : undefined,
      cleanUp: () => removeFolders([next]),
    });
    writeRecord(join(next, 'node_modules'), readJson(join(next, 'package-lock.json')));
  }
  replace(next);
  removeFolders([next]);
}

/** A mounted folder (a container's volume) cannot be moved: only there npm empties it first. */
function replace(next) {
  try {
    putInPlace(join(next, 'node_modules'), place, aside);
  } catch (error) {
    if (error.code !== 'EBUSY' && error.code !== 'EXDEV') throw error;
    quietly('Installing packages into the mounted node_modules', 'npm', ['ci', ...OPTIONS, '--loglevel=error']);
    writeRecord(place, readLock());
  }
}

function isFinished(folder) {
  const { record, ...others } = installedIn(join(folder, 'node_modules'));
  return record !== undefined && isInstalled({ lock: readLock(), record, ...others });
}

function installedIn(folder) {
  return {
    record: readJson(join(folder, RECORD)),
    npmRecord: readJson(join(folder, '.package-lock.json')),
    sizeOf: (file) => sizeOf(join(folder, file)),
  };
}

function writeRecord(folder, lock) {
  const names = readdirSync(folder).filter((name) => name === '.bin' || !name.startsWith('.'));
  const files = filesBelow(folder, names).map((file) => [file, sizeOf(join(folder, file))]);
  const record = join(folder, RECORD);
  try {
    writeFileSync(`${record}.next`, JSON.stringify(recordOf(lock, files)));
    renameSync(`${record}.next`, record);
  } catch (error) {
    // Packages that belong to somebody else can still be used.
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
  }
}
