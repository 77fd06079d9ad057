// Whether to install and whether to build. Digests of contents decide, never dates: a checkout, a copy or a restored backup
// gives files any date. Pure functions; `packages.mjs` and `built.mjs` read the files.
import { createHash } from 'node:crypto';

/** The digest of some files. @param files pairs of path and content, in any order */
export function digestOf(files) {
  const hash = createHash('sha256');
  const byPath = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, content] of byPath) {
    const length = Buffer.byteLength(content);
    hash.update(`${path}\0${length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** The digest of what a lockfile asks for: which packages, and what is in them. Its layout does not count. */
export function demandOf(lock) {
  return digestOf(packagesIn(lock).map(([path, { version, integrity }]) => [path, `${version} ${integrity}`]));
}

/**
 * Whether the installed packages are those that the lockfile asks for, and whole.
 * @param lock `package-lock.json`
 * @param record what `recordOf` returned after the installation; undefined if somebody ran npm by hand
 * @param npmRecord npm's own list, `node_modules/.package-lock.json`; undefined if there is none
 * @param sizeOf the size of a file below `node_modules`; undefined if it is missing
 */
export function isInstalled({ lock, record, npmRecord, sizeOf }) {
  if (record?.demand === demandOf(lock))
    return Object.entries(record.files).every(([file, size]) => sizeOf(file) === size);
  return npmRecord !== undefined && hasAll(lock, npmRecord, sizeOf);
}

/** What is to be remembered of an installation. @param files pairs of path and size */
export function recordOf(lock, files) {
  return { demand: demandOf(lock), files: Object.fromEntries(files) };
}

/**
 * Whether the built files belong to the sources, and are whole.
 * @param record the two digests that were remembered after the build
 */
export function isBuilt({ sources, outputs, record }) {
  return record?.sources === sources && record.outputs === outputs;
}

/** npm leaves out optional packages that are for other machines. */
function hasAll(lock, npmRecord, sizeOf) {
  return packagesIn(lock).every(([path, { version, integrity, optional }]) => {
    const installed = npmRecord.packages?.[path];
    if (installed === undefined) return optional === true;
    const manifest = `${path.slice('node_modules/'.length)}/package.json`;
    return installed.version === version && installed.integrity === integrity && sizeOf(manifest) !== undefined;
  });
}

function packagesIn({ packages = {} }) {
  return Object.entries(packages).filter(([path]) => path !== '');
}
