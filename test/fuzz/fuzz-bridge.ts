import { setTimeout as delay } from 'node:timers/promises';
import { startNumberServerProcess } from '../helpers/programs/number-server-process.ts';
import { WatchedBridge } from '../helpers/programs/watched-bridge.ts';
import type { Fuzzed } from './fuzz.ts';

/** Cases after which every table of the bridge has its size, and its memory is measured. */
const WARM_UP_CASES = 2000;
/** Milliseconds in which a bridge closes what its last clients left open. */
const CLOSED_MS = 15_000;

/** Plays this number of cases, by default all. */
type Fuzz = (bridge: WatchedBridge, cases?: number) => Promise<Pick<Fuzzed, 'cases' | 'faults'>>;

/** Fuzzes a bridge in a process of its own, with a number server. Afterwards the bridge must be as before. */
export async function fuzzBridge(fuzz: Fuzz): Promise<Fuzzed> {
  const server = await startNumberServerProcess();
  const target = ['--target', `127.0.0.1:${server.port}`];
  const bridge = await WatchedBridge.start(['--wire', 'direct', '--capture', 'off', ...target]);
  try {
    const { descriptors } = await bridge.open();
    const warm = await fuzz(bridge, WARM_UP_CASES);
    const before = await heap(bridge);
    const startedAt = performance.now();
    const { cases, faults } = await fuzz(bridge);
    faults.unshift(...warm.faults);
    const seconds = (performance.now() - startedAt) / 1000;
    const left = await leftOpen(bridge, descriptors);
    if (left.length > 0) faults.push(`left open: ${left.join(', ')}`);
    if (bridge.complaints !== '') faults.push(bridge.complaints);
    return { cases, seconds, grewBytes: (await heap(bridge)) - before, faults };
  } finally {
    await bridge.kill();
    server.process.kill();
  }
}

/** The descriptors that are still open, beside those at the beginning, when the time to close them is over. */
async function leftOpen(bridge: WatchedBridge, atFirst: readonly string[]): Promise<string[]> {
  const end = performance.now() + CLOSED_MS;
  for (;;) {
    const left = (await bridge.open()).descriptors;
    for (const kind of atFirst) if (left.includes(kind)) left.splice(left.indexOf(kind), 1);
    if (left.length === 0 || performance.now() > end) return left;
    await delay(100);
  }
}

async function heap(bridge: WatchedBridge): Promise<number> {
  const { heapUsed, external } = await bridge.memory();
  return heapUsed + external;
}
