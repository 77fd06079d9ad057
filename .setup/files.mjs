// Files of the project's folder. Nothing is deleted before its successor is there.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The files at or below some paths, as paths from `folder`; without hidden files and an editor's backups. */
export function filesBelow(folder, paths) {
  return paths.flatMap((path) => {
    const full = join(folder, path);
    if (!existsSync(full)) return [];
    if (!statSync(full).isDirectory()) return [path];
    const names = readdirSync(full).filter((name) => !name.startsWith('.') && !name.endsWith('~'));
    return filesBelow(
      folder,
      names.map((name) => `${path}/${name}`),
    );
  });
}

/** Pairs of path and content. */
export function contentsOf(folder, files) {
  return files.map((file) => [file, readFileSync(join(folder, file))]);
}

/** The size of a file in bytes; undefined if it is missing. */
export function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** The object in a JSON file; undefined if there is none, or if it was not written to its end. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Puts the finished folder `next` where `place` is. The old one is moved aside, and deleted last.
 * @throws if the operating system does not let it be moved; the old one is then where it was
 */
export function putInPlace(next, place, aside) {
  rmSync(aside, { recursive: true, force: true });
  const isReplaced = existsSync(place);
  if (isReplaced) renameSync(place, aside);
  try {
    renameSync(next, place);
  } catch (error) {
    if (isReplaced) renameSync(aside, place);
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/**
 * A folder for what this process makes. Another process never has the same one: if a start is killed, its npm goes on for a
 * while, and must not write into what the next start makes.
 */
export function nextFolder(name) {
  return join(root, `.next-${name}-${process.pid}`);
}

/** The folders of that kind that earlier processes left. */
export function leftFolders(name) {
  return readdirSync(root)
    .filter((entry) => entry.startsWith(`.next-${name}-`))
    .map((entry) => join(root, entry));
}

/** Removes folders; one in which a process still writes is left for the next time. */
export function removeFolders(folders) {
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      console.error(`${folder} is still in use, and stays for now.`);
    }
  }
}
