import { readFile } from 'node:fs/promises';

/** Root needs no user namespace to make the others, and may have one where ordinary users may not. */
const isRoot = process.getuid?.() === 0;

/**
 * The command line that runs a program as the first process of its own namespaces (unshare(1)). Keeping the user's own
 * number, not root's, lets the program do what this user may, and no more.
 */
export function isolated(command: readonly string[]): string[] {
  const user = isRoot ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return ['unshare', ...user, '--net', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc', ...command];
}

/**
 * The command line before that of a program which is to run in the namespaces of a process (nsenter(1)). Entering a mount
 * namespace leads to its root folder: the shell goes back to where it was.
 */
export function entering(pid: number): string[] {
  const user = isRoot ? [] : ['--user', '--preserve-credentials'];
  const back = ['sh', '-c', 'cd "$0" && exec "$@"', process.cwd()];
  return ['nsenter', '--target', String(pid), ...user, '--net', '--pid', '--mount', '--', ...back];
}

/** The process that `unshare --fork` started, as this machine numbers it. */
export async function firstProcess(unshare: number): Promise<number> {
  const children = await readFile(`/proc/${unshare}/task/${unshare}/children`, 'latin1');
  return Number(children.trim().split(' ')[0]);
}
