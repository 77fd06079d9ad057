import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * A process that is killed can end nothing any more. So a shell waits for the pipe that only this process holds open: a
 * line in it says that all is well, its end without one that this process is gone. A second after SIGTERM comes SIGKILL.
 */
const WHEN_GONE = 'read -r _ || { kill -TERM "-$0"; sleep 1; kill -KILL "-$0"; }';

/**
 * Has a process group end with this process, however this process ends.
 * @param group its number, which is the number of the process that leads it
 * @returns to be called when the group has ended: its number may soon be another's
 */
export function endedWithUs(group: number): () => void {
  // A group of its own: a terminal's Ctrl+C reaches the bridge alone.
  const watch = spawn('/bin/sh', ['-c', WHEN_GONE, String(group)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the program cannot be held to it: it runs all the same.
  watch.on('error', () => {});
  const pipe: Writable = watch.stdin!;
  pipe.on('error', () => {});
  watch.unref();
  return () => void pipe.end('\n');
}
