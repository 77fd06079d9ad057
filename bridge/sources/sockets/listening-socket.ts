import { readdir, readFile, readlink } from 'node:fs/promises';
import { processesOf } from '../../machine/process-group.ts';
import { socketRows } from './socket-table.ts';

/**
 * Whether a process of this group has a socket in LISTEN on this port, in any network namespace. Linux only; `undefined`
 * if the kernel's tables cannot be read. It never connects, because a server may serve only one connection.
 */
export async function groupListens(processGroup: number, port: number): Promise<boolean | undefined> {
  let readable = false;
  for (const pid of await processesOf(processGroup)) {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => undefined)),
    );
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

/** Whether one of a process's descriptors is a socket with one of these inodes. */
async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.some((link) => inodes.has(link.slice('socket:['.length, -1)));
}
