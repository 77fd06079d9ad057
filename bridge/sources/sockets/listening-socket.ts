import { readdir, readFile, readlink } from 'node:fs/promises';
import { socketRows } from './socket-table.ts';

/**
 * Whether a process of this process group has a socket in LISTEN on this port, in whatever network namespace it is. Linux
 * only; `undefined` where the kernel's tables cannot be read. It looks, and connects to nothing: a server that takes one
 * connection would be spent.
 */
export async function groupListens(processGroup: number, port: number): Promise<boolean | undefined> {
  let readable = false;
  for (const pid of await processesOf(processGroup)) {
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readOrNothing(`/proc/${pid}/net/${name}`)));
    readable ||= tables.some((table) => table !== undefined);
    const inodes = new Set(tables.flatMap((table) => listeningInodes(table ?? '', port)));
    if (inodes.size > 0 && (await holds(pid, inodes))) return true;
  }
  return readable ? false : undefined;
}

/** Inode numbers of the listening sockets on a port, from the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const rows = socketRows(table, port);
  return rows.filter(({ state, localPort }) => state === 'LISTEN' && localPort === port).map(({ inode }) => inode);
}

/** The processes of a process group, also those whose parents have ended. */
export async function processesOf(group: number): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const groups = await Promise.all(pids.map(async (pid) => groupOf(await readOrNothing(`/proc/${pid}/stat`))));
  return pids.filter((_, index) => groups[index] === group);
}

/** The fifth field of /proc/PID/stat; the second may hold spaces and parentheses. */
function groupOf(stat: string | undefined): number | undefined {
  if (stat === undefined) return undefined;
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.some((link) => inodes.has(link.slice('socket:['.length, -1)));
}

async function readOrNothing(path: string): Promise<string | undefined> {
  return readFile(path, 'latin1').catch(() => undefined);
}
