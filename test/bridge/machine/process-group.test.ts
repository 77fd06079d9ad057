import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { processesOf } from '../../../bridge/machine/process-group.ts';

/** The processes of a group whose leader starts one more, and that leader's id. */
async function startGroup(): Promise<number> {
  const child = spawn('sh', ['-c', 'sleep 60 & echo; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void process.kill(-child.pid!, 'SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid!;
}

test.skipIf(process.platform !== 'linux')('many who ask at once find their groups, with few open files', async () => {
  const group = await startGroup();
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const before = openFiles();
  let most = 0;
  let isOver = false;
  const all = Promise.all(Array.from({ length: 16 }, () => processesOf(group))).finally(() => (isOver = true));
  while (!isOver) {
    most = Math.max(most, openFiles());
    await turn();
  }
  for (const pids of await all) {
    expect(pids).toHaveLength(2);
    expect(pids).toContain(String(group));
  }
  expect(most - before).toBeLessThan(10);
});
