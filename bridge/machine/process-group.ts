import { readdir, readFile } from 'node:fs/promises';

/** How many files a reading of all processes has open at a time: this process may have few descriptors left. */
const OPEN_AT_A_TIME = 4;

/** By process: its process group. */
type Groups = ReadonlyMap<string, number>;

let reading: Promise<Groups> | undefined;
let nextReading: Promise<Groups> | undefined;

/** The processes of a process group, including those whose parents have ended. Linux only: elsewhere it finds none. */
export async function processesOf(group: number): Promise<string[]> {
  const groups = await groupsFromNowOn();
  return [...groups].filter(([, of]) => of === group).map(([pid]) => pid);
}

/** Signals a process group, if there is one left. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  signalProcess(-group, signal);
}

/** Signals a process, if it has not ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it has ended already.
  }
}

/** A reading that begins now, or when the one under way is over: then all who ask meanwhile share it. */
function groupsFromNowOn(): Promise<Groups> {
  if (!reading) return (reading = readGroups().finally(() => (reading = undefined)));
  return (nextReading ??= reading.then(() => {
    nextReading = undefined;
    return groupsFromNowOn();
  }));
}

async function readGroups(): Promise<Groups> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).values();
  const groups = new Map<string, number>();
  const read = async (): Promise<void> => {
    for (const pid of pids) {
      const group = groupIn(await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined));
      if (group !== undefined) groups.set(pid, group);
    }
  };
  await Promise.all(Array.from({ length: OPEN_AT_A_TIME }, read));
  return groups;
}

/** The fifth field of /proc/PID/stat; the second may hold spaces and parentheses. */
function groupIn(stat: string | undefined): number | undefined {
  if (stat === undefined) return undefined;
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
