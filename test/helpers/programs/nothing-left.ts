import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** In the environment of whatever a run of the tests starts. */
const MARK = 'APERTO_TEST_RUN';
/** Milliseconds within which whatever is about to end has ended. */
const PATIENCE_MS = 5000;

/**
 * For Vitest and for Playwright, before the first test: each program that the tests start, by whatever detour, inherits
 * the mark of this run. Answers what is to be called after the last test: a program that is still there is ended, and
 * fails the run. Linux only.
 */
export default function setup(): () => Promise<void> {
  const mark = `${MARK}=${randomUUID()}`;
  process.env[MARK] = mark.slice(MARK.length + 1);
  return async () => {
    const until = Date.now() + PATIENCE_MS;
    while (marked(mark).length > 0 && Date.now() < until) await delay(50);
    const left = marked(mark);
    if (left.length === 0) return;
    // Vitest tells of an error here, and would still end well.
    process.exitCode = 1;
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    throw new Error(`Left behind by the tests:\n${left.map(({ pid, command }) => `${pid} ${command}`).join('\n')}`);
  };
}

/** The processes with this in their environment, without the test runner's own workers. */
function marked(mark: string): { pid: number; command: string }[] {
  return processes().flatMap((pid) => {
    const stat = read(pid, 'stat');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isWorker = Number(parent) === process.pid;
    if (state === 'Z' || isWorker || !read(pid, 'environ').split('\0').includes(mark)) return [];
    return [{ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ') }];
  });
}

function processes(): number[] {
  return process.platform === 'linux' ? readdirSync('/proc').map(Number).filter(Number.isInteger) : [];
}

/** Nothing where the process has ended, or is another user's. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
