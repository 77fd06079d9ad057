import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBridge, stopBridge } from '../helpers/programs/bridge-process.ts';
import { freePort } from '../helpers/free-port.ts';
import {
  measure,
  printHead,
  printRow,
  ratio,
  ROUNDS,
  startNumberServer,
  startServer,
  warmUp,
  type Result,
} from './measure.ts';

const AT_ONCE = 64;
const epollSource = fileURLToPath(new URL('./epoll-server.c', import.meta.url));

/** The number server beside one in C. Their clients are the same, and take most of a processor. */
export async function benchNumberServer(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-bench-'));
  try {
    const program = join(folder, 'epoll-server');
    const { error, status } = spawnSync('cc', ['-O2', '-o', program, epollSource], { stdio: 'inherit' });
    if (error) return console.log('(g) a number server in C: not here (no C compiler)\n');
    if (status !== 0) throw new Error('test/bench/epoll-server.c does not compile');
    await compareServers(await startNumberServer(), await startServer(program, []));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Server = Awaited<ReturnType<typeof startServer>>;

async function compareServers(ours: Server, epoll: Server): Promise<void> {
  const results: Record<'ours' | 'epoll', Result[]> = { ours: [], epoll: [] };
  try {
    for (const { port } of [ours, epoll]) await warmUp('bare', port, AT_ONCE);
    for (let round = 0; round < ROUNDS; round += 1) {
      results.epoll.push(await measure('bare', epoll.port, AT_ONCE, { server: epoll.process.pid! }));
      results.ours.push(await measure('bare', ours.port, AT_ONCE, { server: ours.process.pid! }));
    }
  } finally {
    ours.process.kill();
    epoll.process.kill();
  }
  printHead();
  printRow(`(g) an epoll server in C, ${AT_ONCE} at a time`, results.epoll);
  printRow(`(h) the number server, ${AT_ONCE} at a time`, results.ours);
  const cpu = ratio(results.ours, results.epoll, 'cpuUs');
  console.log(`    h/g: throughput ${ratio(results.ours, results.epoll, 'perSecond')}, processor time ${cpu}\n`);
}

/** The bridge beside websockify, which reports nothing and needs one WebSocket for each request. */
export async function benchWebsockify(): Promise<void> {
  if (spawnSync('websockify', ['--help'], { stdio: 'ignore' }).error)
    return console.log('(i) websockify: not here (not installed)\n');
  const server = await startNumberServer();
  const bridge = await startBridge(undefined, ['--wire', 'direct', '--capture', 'off']);
  const port = await freePort();
  const websockify = spawn('websockify', [`127.0.0.1:${port}`, `127.0.0.1:${server.port}`], { stdio: 'ignore' });
  const results: Record<'websockify' | 'page', Result[]> = { websockify: [], page: [] };
  try {
    await listening(port, websockify);
    await warmUp('page', bridge.url, AT_ONCE);
    for (let round = 0; round < ROUNDS; round += 1) {
      results.websockify.push(await measure('websocket', `ws://127.0.0.1:${port}`, AT_ONCE));
      results.page.push(await measure('page', bridge.url, AT_ONCE));
    }
  } finally {
    websockify.kill();
    server.process.kill();
    await stopBridge(bridge);
  }
  printHead();
  printRow(`(i) websockify, ${AT_ONCE} at a time`, results.websockify);
  printRow(`(b) through the bridge, full traces, ${AT_ONCE} at a time`, results.page);
  console.log(`    b/i: throughput ${ratio(results.page, results.websockify, 'perSecond')}\n`);
}

/** It prints nothing when it is ready. */
async function listening(port: number, program: ChildProcess): Promise<void> {
  while (program.exitCode === null) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (there) return;
    await setTimeout(50);
  }
  throw new Error('websockify ended before it listened');
}
