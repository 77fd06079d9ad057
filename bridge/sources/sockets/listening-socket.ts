import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Address } from '../../address.ts';
import { processesOf } from '../../machine/process-group.ts';
import { addressText, listeningRows, type BoundRow } from './socket-table.ts';

/**
 * Where these processes listen, each in its own network namespace. Linux only; `undefined` if the kernel's tables cannot be
 * read. It never connects, because a server may serve only one connection.
 */
export async function listeningSockets(pids: readonly string[]): Promise<Address[] | undefined> {
  let readable = false;
  const found = new Map<string, Address>();
  for (const pid of pids) {
    const rows = await listeningRowsOf(pid);
    readable ||= rows !== undefined;
    const inodes = rows?.length ? await socketsOf(pid) : new Set();
    for (const row of rows ?? []) if (inodes.has(row.inode)) found.set(row.inode, addressOf(row));
  }
  return readable ? [...found.values()] : undefined;
}

/** Whether a process of this group has a socket in LISTEN on this port; `undefined` if no table can be read. */
export async function groupListens(processGroup: number, port: number): Promise<boolean | undefined> {
  const sockets = await listeningSockets(await processesOf(processGroup));
  return sockets?.some((socket) => socket.port === port);
}

/** Where any program listens in the network namespace of this process. */
export async function listeningHere(): Promise<Address[]> {
  return ((await listeningRowsOf('self')) ?? []).map(addressOf);
}

async function listeningRowsOf(pid: string): Promise<BoundRow[] | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => undefined)),
  );
  if (tables.every((table) => table === undefined)) return undefined;
  return tables.flatMap((table) => listeningRows(table ?? ''));
}

function addressOf({ localAddress, localPort }: BoundRow): Address {
  return { host: addressText(localAddress), port: localPort };
}

/** The inodes of the sockets behind a process's descriptors. */
async function socketsOf(pid: string): Promise<ReadonlySet<string>> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
