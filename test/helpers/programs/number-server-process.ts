import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));

/** The number server in a process of its own, on a free port. */
export async function startNumberServerProcess(): Promise<{ port: number; process: ChildProcess }> {
  const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  child.stdout.resume();
  return { port: Number(/:(\d+)/.exec(line)![1]), process: child };
}
