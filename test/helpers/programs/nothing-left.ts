import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** In the environment of every program that a run of the tests starts. */
const MARK = 'APERTO_TEST_RUN';
/** Milliseconds for programs that are about to end. */
const PATIENCE_MS = 20_000;

/**
 * For Vitest and Playwright, before the first test: every program that the tests start inherits the mark of this run, even
 * through other programs. Returns what to call after the last test: it ends each program that is still there, and fails
 * the run. Linux only.
 */
export default function setup(): () => Promise<void> {
  const mark = `${MARK}=${randomUUID()}`;
  process.env[MARK] = mark.slice(MARK.length + 1);
  return async () => {
    const until = Date.now() + PATIENCE_MS;
    while (marked(mark).length > 0 && Date.now() < until) await delay(50);
    const left = marked(mark);
    if (left.length === 0) return;
    // Vitest reports an error here, and would still exit with 0.
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

/** Empty if the process has ended, or belongs to another user. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
