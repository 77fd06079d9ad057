import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClientKind, Measured } from './clients.ts';

/** The rounds of the candidates alternate, so that a busy machine disturbs all alike. The median of the rounds counts. */
export const ROUNDS = 5;
const SECONDS = 2;
const WARM_UP_SECONDS = 3;

export interface Result {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
  /** Microseconds of processor time of the program under test for each request, if it was measured. */
  cpuUs: number;
}

const clients = fileURLToPath(new URL('./clients.ts', import.meta.url));
const numberServer = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

/** One round of a client, in a process of its own. @param server whose processor time is measured */
export async function measure(
  kind: ClientKind,
  where: string,
  atOnce: number,
  { seconds = SECONDS, server }: { seconds?: number; server?: number } = {},
): Promise<Result> {
  const before = server === undefined ? NaN : cpuUs(server);
  const child = fork(clients, [kind, where, String(atOnce), String(seconds)], { execArgv: ['--import', 'tsx'] });
  const [measured] = (await once(child, 'message')) as [Measured];
  const after = server === undefined ? NaN : cpuUs(server);
  const sorted = measured.latencies.sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;
  return {
    perSecond: sorted.length / measured.seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    failed: measured.failed,
    cpuUs: (after - before) / measured.requests,
  };
}

export async function warmUp(kind: ClientKind, where: string, atOnce: number): Promise<void> {
  await measure(kind, where, atOnce, { seconds: WARM_UP_SECONDS });
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The median over the rounds of one candidate's figure divided by the other's in the same round. */
export function ratio(of: readonly Result[], to: readonly Result[], key: keyof Result): string {
  return median(of.map((result, round) => result[key] / to[round]![key])).toFixed(2);
}

export function printHead(): void {
  print('', ['per second', 'p50 ms', 'p99 ms', 'failed', 'server CPU µs']);
}

export function printRow(name: string, results: readonly Result[]): void {
  const of = (key: keyof Result): number => median(results.map((result) => result[key]));
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  const cpu = Number.isNaN(of('cpuUs')) ? '' : of('cpuUs').toFixed(0);
  print(name, [of('perSecond').toFixed(0), of('p50').toFixed(2), of('p99').toFixed(2), String(failed), cpu]);
}

function print(name: string, cells: readonly string[]): void {
  console.log((name.padEnd(54) + cells.map((cell) => cell.padStart(14)).join('')).trimEnd());
}

export interface StartedServer {
  port: string;
  /** The line in which it printed where it listens. */
  line: string;
  process: ChildProcess;
}

/** A program that prints where it listens, as ours and the one in C do. */
export async function startServer(command: string, args: readonly string[]): Promise<StartedServer> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  child.stdout.resume();
  return { port: /:(\d+)/.exec(line)![1]!, line: line.trim(), process: child };
}

export function startNumberServer(): Promise<StartedServer> {
  return startServer(process.execPath, [numberServer, '--port', '0']);
}

/** Microseconds of processor time of a process so far: proc_pid_stat(5), in ticks of 10 ms (sysconf(_SC_CLK_TCK) is 100). */
function cpuUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
