import { readdir, readFile } from 'node:fs/promises';

/** The processes of a process group, including those whose parents have ended. Linux only: elsewhere it finds none. */
export async function processesOf(group: number): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const groups = await Promise.all(
    pids.map(async (pid) => groupIn(await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined))),
  );
  return pids.filter((_, index) => groups[index] === group);
}

/** The fifth field of /proc/PID/stat; the second may hold spaces and parentheses. */
function groupIn(stat: string | undefined): number | undefined {
  if (stat === undefined) return undefined;
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

/** Sends a signal to every process of a group, if there is one left. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: the group has ended already.
  }
}
