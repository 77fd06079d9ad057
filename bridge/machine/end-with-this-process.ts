import { ChildProgram } from './child-program.ts';

/**
 * A killed process cannot end its children, so a shell does. It reads a pipe that only this process holds open. A line means
 * that the group has ended. The end of the pipe means that this process is gone: the shell then ends the group.
 */
const WHEN_GONE = 'read -r _ || { kill -TERM "-$0"; sleep 1; kill -KILL "-$0"; }';

/**
 * Ends a process group when this process ends, even if this process is killed. Without a shell, the group still runs; only
 * this safeguard is missing.
 * @param group the process id of the group's leader
 * @returns a function to call when the group has ended, because another group may then get its number
 */
export function endWithThisProcess(group: number): () => void {
  const watch = new ChildProgram(['/bin/sh', '-c', WHEN_GONE, String(group)], {
    // In a group of its own, so that a terminal's Ctrl+C does not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.unref();
  return () => void watch.stream(0).end('\n');
}
