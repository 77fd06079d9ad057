/** One thread of the decoders' cases: plays its share, and reports its progress. */
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { seededRandom } from '../../bridge/wires/lab/link/faults/seeded-random.ts';
import { DecoderCases } from './decoders.ts';
import { seedsOf } from './seeds.ts';

export interface DecoderTask {
  seed: number;
  cases: number;
  /** Milliseconds. */
  atMostMs: number;
  captures: string;
  /** Cases begun so far: they show a decoder that never returns. */
  begun: SharedArrayBuffer;
}

export interface DecoderResult {
  cases: number;
  /** Bytes of the heap after the warm-up, and at the end. */
  heapBefore: number;
  heapAfter: number;
  fault?: string;
}

const CHECK_TIME_EVERY = 1024;
/** Cases after which every function has run, and every table has its size. */
const WARM_UP = 50_000;

function play({ seed, cases, atMostMs, captures, begun }: DecoderTask): DecoderResult {
  const counter = new Int32Array(begun);
  const decoders = new DecoderCases(seededRandom(seed), seedsOf(captures));
  const end = performance.now() + atMostMs;
  let heapBefore = heap();
  let count = 0;
  try {
    for (; count < cases && (count % CHECK_TIME_EVERY > 0 || performance.now() < end); count += 1) {
      Atomics.store(counter, 0, count);
      decoders.next();
      if (count === WARM_UP) heapBefore = heap();
    }
  } catch (error) {
    return {
      cases: count,
      heapBefore,
      heapAfter: heap(),
      fault: `case ${count} of seed ${seed}: ${(error as Error).stack}`,
    };
  }
  return { cases: count, heapBefore, heapAfter: heap() };
}

function heap(): number {
  globalThis.gc?.();
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

// Most cases end with an error, and nobody reads its stack.
Error.stackTraceLimit = 1;
parentPort!.postMessage(play(workerData as DecoderTask));
