import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { BUILT } from '../../bridge/machine/paths.ts';
import { TRACER_DESCRIPTOR } from '../../bridge/tracer/report.ts';
import { freePort } from '../helpers/free-port.ts';
import { PYTHON } from '../helpers/programs/python.ts';
import { median } from './measure.ts';

const PROGRAM = fileURLToPath(new URL('./small-connections.py', import.meta.url));
const ROUNDS = 3;
const CONNECTIONS = 150;
/** The first connections of a program are slower, whoever watches. */
const WARM_UP = 50;
const STARTS = 9;

/** What watches both programs, or nothing. */
const WAYS = ['alone', 'tracer', 'strace -f'] as const;
type Way = (typeof WAYS)[number];

interface Program {
  child: ChildProcess;
  /** Resolves with the next line that it prints. */
  line(): Promise<string>;
  /** Milliseconds from its start to its first line, which is read already. */
  startMs: number;
}

/** What a small connection costs if both of its programs are watched, and what the start of a program costs. */
export async function benchCalls(): Promise<void> {
  if (PYTHON === undefined) return console.log('calls: left out, python3 is not installed.');
  const hasStrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
  if (!hasStrace) console.log('strace is not installed, or may not run: it is left out.');
  const ways = WAYS.filter((way) => way !== 'strace -f' || hasStrace);
  const times = new Map<Way, number[]>(ways.map((way) => [way, []]));
  const starts = new Map<Way, number[]>(ways.map((way) => [way, []]));
  // In turn, so that a busy machine disturbs all alike.
  for (let round = 0; round < ROUNDS; round += 1) for (const way of ways) times.get(way)!.push(await oneRound(way));
  for (let start = 0; start < STARTS; start += 1) for (const way of ways) starts.get(way)!.push(await oneStart(way));
  print('', ['µs a connection', '÷ alone', 'start ms', 'more than alone']);
  const alone = { time: times.get('alone')!, start: starts.get('alone')! };
  for (const way of ways) {
    const of = times.get(way)!;
    const ratio = median(of.map((each, round) => each / alone.time[round]!));
    const more = median(starts.get(way)!.map((each, index) => each - alone.start[index]!));
    const cells = [median(of).toFixed(0), ratio.toFixed(2), median(starts.get(way)!).toFixed(0), more.toFixed(1)];
    print(way, cells);
  }
  if (!hasStrace) return;
  const disturbance = times.get('strace -f')!.map((each, round) => {
    const [bare, traced] = [alone.time[round]!, times.get('tracer')![round]!];
    return (each - bare) / (traced - bare);
  });
  console.log(`What strace -f adds to a connection is ${median(disturbance).toFixed(1)} times what the tracer adds.`);
}

/** The median of one client's connections to one server, in microseconds. */
async function oneRound(way: Way): Promise<number> {
  const port = String(await freePort());
  const server = await start(way, ['server', port]);
  await server.line();
  const client = await start(way, ['client', port, String(WARM_UP + CONNECTIONS)]);
  const took = (await client.line()).split(' ').map(Number).slice(WARM_UP);
  await Promise.all([end(client), end(server)]);
  return median(took);
}

async function oneStart(way: Way): Promise<number> {
  const program = await start(way, ['client', '1', '0']);
  await end(program);
  return program.startMs;
}

async function start(way: Way, args: readonly string[]): Promise<Program> {
  const command = [PYTHON!, PROGRAM, ...args];
  const traced = way === 'tracer' ? await waitingTracer() : undefined;
  const beganAt = performance.now();
  let child = traced;
  if (traced) channelOf(traced).write(`${JSON.stringify({ command, environment: process.env })}\n`);
  else {
    const [program, ...rest] = way === 'alone' ? command : ['strace', '-f', '-o', '/dev/null', ...command];
    child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  }
  const lines = linesOf(child!.stdout!);
  const line = async (): Promise<string> => (await lines.next()).value as string;
  await line();
  return { child: child!, line, startMs: performance.now() - beganAt };
}

/** A tracer that has loaded: the bridge starts each in advance. */
async function waitingTracer(): Promise<ChildProcess> {
  const stdio = ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, [BUILT.tracer], { stdio: [...stdio], detached: true });
  (child.stdio[3] as Readable).resume();
  await once(channelOf(child), 'data');
  channelOf(child)
    .on('error', () => {})
    .resume();
  return child;
}

function channelOf(child: ChildProcess): Duplex {
  return child.stdio[TRACER_DESCRIPTOR] as Duplex;
}

async function* linesOf(output: Readable): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of output.setEncoding('utf8')) {
    const lines = (text + (chunk as string)).split('\n');
    text = lines.pop()!;
    yield* lines;
  }
}

/** Ends the program with whoever watches it. */
async function end({ child }: Program): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGKILL');
  await ended;
}

function print(name: string, cells: readonly string[]): void {
  console.log(name.padEnd(12) + cells.map((cell) => cell.padStart(17)).join(''));
}
