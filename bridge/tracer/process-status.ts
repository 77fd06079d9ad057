import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface ThreadStatus {
  /** The process of the thread. */
  process: number;
  /** The process that made this process. */
  parent: number;
}

/** Whether a thread has not been waited for yet. */
export function isThere(thread: number): boolean {
  return existsSync(`/proc/${thread}`);
}

/** What /proc/THREAD/status says. A thread that has ended counts as a process of its own. */
export function readThreadStatus(thread: number): ThreadStatus {
  let text = '';
  try {
    text = readFileSync(`/proc/${thread}/status`, 'latin1');
  } catch {
    // It has been killed since it stopped.
  }
  const number = (name: string): number | undefined => {
    const value = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  return { process: number('Tgid') ?? thread, parent: number('PPid') ?? 0 };
}

/**
 * Whether a process is a Node program that has a probe in it: its environment says so.
 * @param variable the environment variable that comes with the probe
 */
export function hasProbe(process: number, variable: string): boolean {
  try {
    const executable = readlinkSync(`/proc/${process}/exe`);
    if (basename(executable) !== 'node' && executable !== globalThis.process.execPath) return false;
    return readFileSync(`/proc/${process}/environ`, 'latin1')
      .split('\0')
      .some((entry) => entry.startsWith(`${variable}=`));
  } catch {
    return false;
  }
}
