/**
 * `npm run bench`: what the bridge costs, beside a bare client in the same run. Rounds of both alternate, so that a
 * noisy machine disturbs both alike; the ratio of each round is taken, and the median of the rounds is told. Then how
 * evenly the page draws (`page/frames.ts`); `npm run bench -- frames` tells that alone.
 */
import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBridge, stopBridge } from '../helpers/bridge-process.ts';
import type { Hello } from '../../bridge/protocol.ts';
import type { Measured } from './clients.ts';

const ROUNDS = 5;
const SECONDS = 2;
const WARM_UP_SECONDS = 3;

interface Result {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

const clients = fileURLToPath(new URL('./clients.ts', import.meta.url));
const frames = fileURLToPath(new URL('./page/frames.ts', import.meta.url));
const numberServer = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

async function measure(kind: 'bare' | 'page', where: string, atOnce: number, seconds: number): Promise<Result> {
  const child = fork(clients, [kind, where, String(atOnce), String(seconds)], { execArgv: ['--import', 'tsx'] });
  const [measured] = (await once(child, 'message')) as [Measured];
  const sorted = measured.latencies.sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;
  return {
    perSecond: sorted.length / measured.seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    failed: measured.failed,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function summary(results: readonly Result[]): Result {
  const of = (key: keyof Result): number => median(results.map((result) => result[key]));
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), failed };
}

function row(name: string, { perSecond, p50, p99, failed }: Result): string {
  const cells = [perSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2), String(failed)];
  return name.padEnd(44) + cells.map((cell) => cell.padStart(12)).join('');
}

/** A row of its own: for what a bare client has no counterpart. */
async function alone(name: string, url: string, atOnce: number, whyNot: string | undefined): Promise<void> {
  if (whyNot !== undefined) return console.log(`${name}: not here (${whyNot})`);
  const results: Result[] = [];
  for (let round = 0; round < ROUNDS; round += 1) results.push(await measure('page', url, atOnce, SECONDS));
  console.log(row(name, summary(results)));
}

async function startNumberServer(): Promise<{ port: string; process: ChildProcess }> {
  const child = spawn(process.execPath, [numberServer, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  child.stdout.resume();
  return { port: /:(\d+)/.exec(line)![1]!, process: child };
}

async function benchBridge(): Promise<void> {
  const server = await startNumberServer();
  const bridge = await startBridge(undefined, ['--wire', 'direct', '--capture', 'off']);
  const capturing = await startBridge(undefined, ['--wire', 'direct', '--capture', 'auto']);
  const lab = await startBridge(undefined, ['--wire', 'auto']);
  const { wireMessage } = (await (await fetch(`${lab.url}/health`)).json()) as Pick<Hello, 'wireMessage'>;
  const { sources } = (await (await fetch(`${capturing.url}/health`)).json()) as Pick<Hello, 'sources'>;
  const whyNot = sources.find(({ name, active }) => name === 'capture' && !active)?.why;
  try {
    console.log(
      `${''.padEnd(44)}${['per second', 'p50 ms', 'p99 ms', 'failed'].map((head) => head.padStart(12)).join('')}`,
    );
    for (const atOnce of [1, 64]) {
      await measure('bare', server.port, atOnce, WARM_UP_SECONDS);
      await measure('page', bridge.url, atOnce, WARM_UP_SECONDS);
      const bare: Result[] = [];
      const page: Result[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        bare.push(await measure('bare', server.port, atOnce, SECONDS));
        page.push(await measure('page', bridge.url, atOnce, SECONDS));
      }
      console.log(row(`(a) bare client, ${atOnce} at a time`, summary(bare)));
      console.log(row(`(b) through the bridge, full traces, ${atOnce} at a time`, summary(page)));
      const throughput = median(page.map(({ perSecond }, round) => perSecond / bare[round]!.perSecond));
      const latency = median(page.map(({ p50 }, round) => p50 / bare[round]!.p50));
      console.log(`    b/a: throughput ${throughput.toFixed(2)}, p50 ${latency.toFixed(2)}`);
      // Each run waits for tcpdump, unless one is on already: a tcpdump never outlives the runs that it captures for.
      await alone(`(c) the same, packets captured, ${atOnce} at a time`, capturing.url, atOnce, whyNot);
      await alone(`(d) the same in the lab, ${atOnce} at a time`, lab.url, atOnce, wireMessage);
      console.log();
    }
  } finally {
    await stopBridge(bridge);
    await stopBridge(capturing);
    await stopBridge(lab);
    server.process.kill();
  }
}

if (process.argv[2] !== 'frames') await benchBridge();
spawnSync(process.execPath, ['--import', 'tsx', frames], { stdio: 'inherit' });
