import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Not for the group, and not for others. */
const PRIVATE = 0o700;
const OTHERS = 0o077;
const DOOR = /^\d+\.sock$/;

/**
 * The folder in which the bridges of this user have their doors. Nobody else may look into it: that is what keeps others out.
 * @param environment `XDG_RUNTIME_DIR` is such a folder already, if the system has one
 */
export function doorFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const ofUser = environment['XDG_RUNTIME_DIR'];
  return ofUser ? join(ofUser, 'aperto') : join(tmpdir(), `aperto-${process.getuid?.() ?? 0}`);
}

/**
 * Makes the folder, unless it is there.
 * @returns the path of the door of this process
 * @throws Error if the folder is somebody else's, or cannot be made
 */
export function ownDoor(folder = doorFolder()): string {
  mkdirSync(folder, { recursive: true, mode: PRIVATE });
  const { uid, mode } = expectFolder(folder);
  if (uid !== process.getuid?.()) throw new Error(`${folder} belongs to another user.`);
  if ((mode & OTHERS) !== 0) chmodSync(folder, PRIVATE);
  return join(folder, `${process.pid}.sock`);
}

/** The doors that there are; some may be of bridges that have been killed. */
export function doorsIn(folder = doorFolder()): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => DOOR.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function expectFolder(folder: string) {
  // Not `stat`: a link could lead to a folder of the same user that others may read.
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder.`);
  return found;
}
