import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** What this user's processes are, as far as /proc shows it. Linux only: elsewhere nothing is found. */

/** Milliseconds that a search may take. */
const PATIENCE_MS = 50;

/** The processes of this user that have a descriptor of one of these sockets, the newest first. */
export function holdersOf(inodes: ReadonlySet<string>, most = Infinity): number[] {
  const links = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const found: number[] = [];
  const until = performance.now() + PATIENCE_MS;
  for (const pid of processes()) {
    if (found.length >= most || performance.now() > until) break;
    if (isOwn(pid) && holds(pid, links)) found.push(pid);
  }
  return found;
}

/** Of these processes, one that none of the others has started. */
export function eldestOf(pids: readonly number[]): number | undefined {
  return pids.find((pid) => !pids.includes(parentOf(pid))) ?? pids[0];
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0)
      .sort((a, b) => b - a);
  } catch {
    return [];
  }
}

/** Root may look at everybody's processes, but only root's are its own. */
function isOwn(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false;
  }
}

function holds(pid: number, links: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => links.has(linkAt(`${folder}/${name}`)));
  } catch {
    return false;
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The fourth field of /proc/PID/stat; the second may hold spaces and parentheses. */
function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
