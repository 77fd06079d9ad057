import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * A killed process cannot end its children. So a shell reads from a pipe that only this process holds open. A line means
 * that the group has ended; the pipe's end without a line means that this process is gone, and the group must end too.
 */
const WHEN_GONE = 'read -r _ || { kill -TERM "-$0"; sleep 1; kill -KILL "-$0"; }';

/**
 * Ends a process group when this process ends, even if this process is killed.
 * @param group the process id of the group's leader
 * @returns a function to call when the group has ended: another group may soon have its number
 */
export function endedWithUs(group: number): () => void {
  // A group of its own: a terminal's Ctrl+C reaches the bridge alone.
  const watch = spawn('/bin/sh', ['-c', WHEN_GONE, String(group)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the group is not ended, but it runs.
  watch.on('error', () => {});
  const pipe: Writable = watch.stdin!;
  pipe.on('error', () => {});
  watch.unref();
  return () => void pipe.end('\n');
}
