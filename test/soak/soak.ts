/**
 * `npm run soak`: many pages at once, each with one run after the other; then pages that vanish without closing; then a
 * hundred thousand runs. It prints a table. Its exit status is 1 if a `done` was lost or doubled, if a run failed, or if
 * something was left open.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../../bridge/protocol/limits.ts';
import { freePort } from '../helpers/free-port.ts';
import { startNumberServerProcess } from '../helpers/programs/number-server-process.ts';
import { readOptions } from '../helpers/options.ts';
import { WatchedBridge } from '../helpers/programs/watched-bridge.ts';
import { Crowd, type Tally } from './crowd.ts';

const { seconds, runs } = readOptions({
  /** Seconds for each number of pages. */
  seconds: 15,
  /** Runs after which the heap must not have grown. */
  runs: 100_000,
});

/** Pages that leave in mid-run. */
const RUDE = 1000;
/** Runs after which all that stays in memory is there: code, tables, pools. */
const WARM_UP_RUNS = 3000;
/** Milliseconds in which all pages begin the run that they hold. */
const HOLD_MS = 1000;
/** How many pages and runs are measured, and how many come before them. */
const WEIGHED = 1000;
const FIRST_PAGES = 200;
/** Bytes that an idle page may take in the bridge. */
const MOST_PER_PAGE = 20e3;
/** Pages at once while memory is watched. */
const WATCHED_PAGES = 40;
/** Bytes that a thousand pages, or a hundred thousand runs, may leave behind: tables keep their size. */
const MOST_LEFT = 4e6;
/** Descriptors that a bridge needs beside those of pages and runs. */
const OWN_DESCRIPTORS = 100;
/** Milliseconds in which the bridge closes what its pages left open. */
const CLOSED_MS = 15_000;

const DIRECT = ['--wire', 'direct', '--capture', 'off'];

const complaints: string[] = [];
const heads = ['runs', 'per s', 'p50 ms', 'p99 ms', 'again', 'failed', 'lost', 'doubled'];
console.log(row('', ...heads, 'open', 'left kB', 'left open'));
for (const pages of [40, 400, 4000]) await soakDirect(`${pages} pages, direct`, pages);
await soakDirect(`400, after ${RUDE} rude`, 400, RUDE);
await soakLab('40 pages, lab', 40);
await soakRuns();
await weigh();
for (const complaint of complaints) console.log(complaint);
process.exit(complaints.length > 0 ? 1 : 0);

async function soakDirect(name: string, pages: number, rude = 0): Promise<void> {
  const server = await startNumberServerProcess();
  await soak(name, pages, [...DIRECT, '--target', `127.0.0.1:${server.port}`], rude);
  server.process.kill();
}

async function soakLab(name: string, pages: number): Promise<void> {
  const target = `127.0.0.1:${await freePort()}`;
  const server = `exec '${process.execPath}' dist/server/main.js --port ${target.split(':')[1]}`;
  await soak(name, pages, ['--wire', 'auto', '--target', target, '--server', server]);
}

/**
 * One row of the table: pages that connect, idle, run again and again, hold a run each, and leave in the middle of it.
 * @param rude how many other pages have left like that before
 */
async function soak(name: string, pages: number, options: string[], rude = 0): Promise<void> {
  if (lacksDescriptors(name, pages)) return;
  const bridge = await WatchedBridge.start(options);
  const whyNot = await whyNoLab(bridge, options);
  if (whyNot !== undefined) {
    console.log(`${name}: not here (${whyNot})`);
    return bridge.kill();
  }
  const crowd = new Crowd(bridge);
  await crowd.open(1);
  await crowd.run((done) => done >= WARM_UP_RUNS);
  const atFirst = await state(bridge);
  await comeAndGo(bridge, rude);
  await crowd.open(pages);
  const end = performance.now() + seconds * 1000;
  const startedAt = performance.now();
  const tally = await crowd.run(() => performance.now() > end);
  const perSecond = (1000 * tally.latencies.length) / (performance.now() - startedAt);
  crowd.hold(pages);
  await delay(HOLD_MS);
  const { open } = await state(bridge);
  crowd.leave(pages);
  await crowd.open(1);
  const left = await closed(bridge, atFirst.open);
  console.log(row(name, ...tallied(tally, perSecond), open, kB(left.heap - atFirst.heap), left.open - atFirst.open));
  judge(name, tally);
  if (left.open > atFirst.open) complaints.push(`${name}: ${left.open - atFirst.open} descriptors were left open`);
  if (left.heap - atFirst.heap > MOST_LEFT) complaints.push(`${name}: ${kB(left.heap - atFirst.heap)} kB were left`);
  await bridge.kill();
}

/** Pages that leave in the middle of a run. */
async function comeAndGo(bridge: WatchedBridge, pages: number): Promise<void> {
  const crowd = new Crowd(bridge);
  await crowd.open(pages);
  crowd.hold(pages);
  await delay(HOLD_MS);
  crowd.leave(pages);
}

/** The heap is as large after a hundred thousand runs as it was before most of them. */
async function soakRuns(): Promise<void> {
  const server = await startNumberServerProcess();
  const bridge = await WatchedBridge.start([...DIRECT, '--target', `127.0.0.1:${server.port}`]);
  const crowd = new Crowd(bridge);
  await crowd.open(WATCHED_PAGES);
  const marks = [0.2, 0.6, 1].map((part) => Math.round(part * runs));
  const heaps: number[] = [];
  let done = 0;
  for (const mark of marks) {
    const tally = await crowd.run((more) => done + more >= mark);
    done += tally.latencies.length;
    judge(`${mark} runs`, tally);
    heaps.push((await state(bridge)).heap);
  }
  console.log(`\nheap after ${marks.join(', ')} runs: ${heaps.map(kB).join(', ')} kB`);
  if (heaps.at(-1)! - heaps[0]! > MOST_LEFT) complaints.push('the heap grows with the runs');
  await bridge.kill();
  server.process.kill();
}

/** The memory of an idle page, and of a run under way. */
async function weigh(): Promise<void> {
  const server = await startNumberServerProcess();
  const bridge = await WatchedBridge.start([...DIRECT, '--target', `127.0.0.1:${server.port}`]);
  const crowd = new Crowd(bridge);
  // The first pages fill the tables that stay.
  await crowd.open(FIRST_PAGES);
  const before = await state(bridge);
  await crowd.open(FIRST_PAGES + WEIGHED);
  const idle = await state(bridge);
  crowd.hold(WEIGHED);
  await delay(HOLD_MS);
  const held = await state(bridge);
  await crowd.cancel();
  const perPage = (idle.heap - before.heap) / WEIGHED;
  const ofPage = `${kB(perPage)} kB of heap, ${kB((idle.resident - before.resident) / WEIGHED)} kB resident`;
  const ofRun = `${kB((held.heap - idle.heap) / WEIGHED)} kB of heap, ${kB((held.resident - idle.resident) / WEIGHED)} kB resident`;
  console.log(`an idle page: ${ofPage}; a run under way: ${ofRun} (${WEIGHED} of each)`);
  if (perPage > MOST_PER_PAGE) complaints.push(`an idle page takes ${kB(perPage)} kB`);
  await bridge.kill();
  server.process.kill();
}

interface State {
  /** Bytes of the heap and beside it, after garbage collection. */
  heap: number;
  /** Bytes of memory that the process has. */
  resident: number;
  /** Descriptors. */
  open: number;
}

async function state(bridge: WatchedBridge): Promise<State> {
  const { heapUsed, external, rss } = await bridge.memory();
  return { heap: heapUsed + external, resident: rss, open: (await bridge.open()).descriptors.length };
}

/** The state when no more descriptors are open than before, or when the time is over. */
async function closed(bridge: WatchedBridge, open: number): Promise<State> {
  const end = performance.now() + CLOSED_MS;
  for (;;) {
    const now = await state(bridge);
    if (now.open <= open || performance.now() > end) return now;
    await delay(200);
  }
}

function judge(name: string, { failed, lost, doubled }: Tally): void {
  if (failed + lost + doubled > 0)
    complaints.push(`${name}: ${failed} runs failed, ${lost} done lost, ${doubled} doubled`);
}

function tallied({ latencies, again, failed, lost, doubled }: Tally, perSecond: number): (string | number)[] {
  const sorted = latencies.sort((a, b) => a - b);
  const quantile = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? NaN).toFixed(1);
  return [sorted.length, perSecond.toFixed(0), quantile(0.5), quantile(0.99), again, failed, lost, doubled];
}

/** Both this process and the bridge need one for each page, and the bridge one more for each run. */
function lacksDescriptors(name: string, pages: number): boolean {
  const needed = pages + Math.min(pages, LIMITS.runsInAll) + OWN_DESCRIPTORS;
  const limits = readFileSync('/proc/self/limits', 'latin1');
  const allowed = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  if (allowed >= needed) return false;
  complaints.push(`${name}: ${needed} descriptors are needed, and ${allowed} allowed: ulimit -n ${needed}`);
  return true;
}

async function whyNoLab({ origin }: WatchedBridge, options: readonly string[]): Promise<string | undefined> {
  if (!options.includes('auto')) return undefined;
  const { wireMessage } = (await (await fetch(`${origin}/health`)).json()) as { wireMessage?: string };
  return wireMessage;
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

function row(name: string, ...cells: (string | number)[]): string {
  return name.padEnd(22) + cells.map((cell) => String(cell).padStart(10)).join('');
}
