import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Hello } from '../../../bridge/protocol/messages.ts';
import { freePort } from '../free-port.ts';

const start = fileURLToPath(new URL('../../../.setup/start.mjs', import.meta.url));
const numberServer = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url));

/** A bridge as `npm start` makes it, with a number server of its own. */
export interface Bridge {
  url: string;
  /** Where its server program listens, `host:port`. */
  target: string;
  process: ChildProcess;
}

/**
 * @param server the command line of its server program, given the port on which it is to listen
 * @param more options for `npm start`, given the same port
 * @param environment of the bridge; by default ours
 */
export async function startBridge(
  server = (port: number) => `node '${numberServer}' --port ${port}`,
  more: readonly string[] | ((port: number) => readonly string[]) = [],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Bridge> {
  const port = await freePort();
  const target = `127.0.0.1:${port}`;
  const args = [
    '--http',
    '127.0.0.1:0',
    '--target',
    target,
    '--server',
    server(port),
    ...(typeof more === 'function' ? more(port) : more),
  ];
  return { target, ...(await startWith(args, environment)) };
}

/** A bridge that watches the port of a server that runs already. */
export async function startWatchingBridge(port: string): Promise<Bridge> {
  const args = ['--http', '127.0.0.1:0', '--watch', port];
  return { target: `127.0.0.1:${port}`, ...(await startWith(args, process.env)) };
}

async function startWith(args: string[], environment: NodeJS.ProcessEnv): Promise<Omit<Bridge, 'target'>> {
  const child = spawn(process.execPath, [start, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  });
  // A test runner that ends without its tear-down takes the bridge with it.
  const end = (): boolean => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const url = await urlPrinted(child);
  return { url, process: child };
}

/** Resolves when its server program listens, even if a bridge prints its URL without waiting that long. */
export async function serverListens({ url }: Bridge): Promise<void> {
  for (;;) {
    const { server } = (await (await fetch(`${url}/health`)).json()) as Pick<Hello, 'server'>;
    if (server.state === 'listening') return;
    await setTimeout(20);
  }
}

export async function stopBridge({ process: child }: Bridge): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function urlPrinted(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (more: string) => {
      const url = /http:\/\/\S+/.exec((text += more))?.[0];
      if (url) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the bridge ended with ${code} before it said its URL`)));
  });
}
