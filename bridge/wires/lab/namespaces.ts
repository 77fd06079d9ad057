import { readFile } from 'node:fs/promises';

/** Root needs no user namespace to make the others. */
const isRoot = process.getuid?.() === 0;

/**
 * The command line that runs a program as the first process of its own namespaces (unshare(1)). The program keeps the
 * user's id, so it may do what this user may, and no more.
 */
export function isolated(command: readonly string[]): string[] {
  const user = isRoot ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return ['unshare', ...user, '--net', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc', ...command];
}

/**
 * Runs a command in a folder. What an ordinary user starts in a namespace gets no more rights there by any file (setpriv(1)).
 * Root's programs keep root's rights, as in a terminal window: some give them up by themselves.
 */
const IN_FOLDER = isRoot
  ? 'cd "$0" && exec "$@"'
  : 'cd "$0" || exit; command -v setpriv >/dev/null && exec setpriv --no-new-privs "$@"; exec "$@"';

/**
 * The command line that runs a program in the namespaces of a process (nsenter(1)): it comes before the program's own.
 * Entering a mount namespace changes to its root folder, so a shell changes back.
 */
export function entering(pid: number, folder = process.cwd()): string[] {
  const user = isRoot ? [] : ['--user', '--preserve-credentials'];
  const back = ['sh', '-c', IN_FOLDER, folder];
  return ['nsenter', '--target', String(pid), ...user, '--net', '--pid', '--mount', '--', ...back];
}

/** The id on this machine of the process that `unshare --fork` started. */
export async function firstProcess(unshare: number): Promise<number> {
  const children = await readFile(`/proc/${unshare}/task/${unshare}/children`, 'latin1');
  return Number(children.trim().split(' ')[0]);
}
