// One process at a time: a file holds who is at work, as `PID START`. When a process began makes its number unique.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';

const LOCK = '.preparing';
const LOOK_EVERY_MS = 100;
/** Somebody may have made the file and not written into it yet. */
const WRITTEN_WITHIN_MS = 1000;

/** Does something while no other process does it. One that died on the way does not count. */
export function alone(what, folder = root) {
  const lock = join(folder, LOCK);
  let isSaid = false;
  while (!take(lock)) {
    if (!isSaid)
      console.error(`Waiting for another start that installs or builds … (If there is none, delete ${lock}.)`);
    isSaid = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
  const release = () => rmSync(lock, { force: true });
  // A step that fails ends the process.
  process.once('exit', release);
  try {
    return what();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(lock) {
  try {
    writeFileSync(lock, `${process.pid} ${startOf(process.pid) ?? ''}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const left = leftIn(lock);
    return left !== undefined && removeLeft(lock, left) && take(lock);
  }
}

/**
 * Removes the lock of a process that died. Two may find it at once: the slower one must not remove what the other has put
 * in its place. So only who has the right to remove just this one looks again, and removes it.
 */
function removeLeft(lock, left) {
  const right = `${lock}-${left.replace(/\W+/g, '-')}`;
  if (!take(right)) return false;
  if (leftIn(lock) === left) rmSync(lock, { force: true });
  rmSync(right, { force: true });
  return true;
}

/** What a lock says whose process has died; undefined if there is none, or its process is at work. */
function leftIn(lock) {
  try {
    const text = readFileSync(lock, 'utf8').trim();
    if (text === '') return Date.now() - statSync(lock).mtimeMs < WRITTEN_WITHIN_MS ? undefined : text;
    const [pid, start] = text.split(' ');
    return isAtWork(Number(pid), start) ? undefined : text;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAtWork(pid, start) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  // Another process may have got the number of one that died.
  return start === undefined || (startOf(pid) ?? start) === start;
}

/** When a process began, in the kernel's ticks since the machine did; undefined if this system does not say. */
export function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
