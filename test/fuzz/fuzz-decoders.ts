import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecoderResult, DecoderTask } from './decoder-worker.ts';
import type { Fuzzed } from './fuzz.ts';

/** A thread that ends no case in these milliseconds hangs. */
const STUCK_MS = 10_000;

/** Without this a thread cannot load TypeScript. */
const THREAD = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('./decoder-worker.ts', import.meta.url).href)});
});`;

/** Splits the cases over as many threads as there are cores. */
export async function fuzzDecoders({ seed, cases, ...rest }: Omit<DecoderTask, 'begun'>): Promise<Fuzzed> {
  const startedAt = performance.now();
  const threads = availableParallelism();
  const share = Math.ceil(cases / threads);
  const results = await Promise.all(
    Array.from({ length: threads }, (_, thread) => playIn({ ...rest, seed: seed + thread, cases: share })),
  );
  return {
    cases: results.reduce((sum, result) => sum + result.cases, 0),
    seconds: (performance.now() - startedAt) / 1000,
    grewBytes: results.reduce((sum, { heapBefore, heapAfter }) => sum + heapAfter - heapBefore, 0),
    faults: results.flatMap(({ fault }) => fault ?? []),
  };
}

async function playIn(task: Omit<DecoderTask, 'begun'>): Promise<DecoderResult> {
  const begun = new SharedArrayBuffer(4);
  const counter = new Int32Array(begun);
  const worker = new Worker(THREAD, { eval: true, workerData: { ...task, begun } });
  let last = -1;
  const stuck = new Promise<DecoderResult>((resolve) => {
    const look = setInterval(() => {
      const now = Atomics.load(counter, 0);
      if (now === last && now > 0)
        resolve({ cases: now, heapBefore: 0, heapAfter: 0, fault: `case ${now} of seed ${task.seed} does not end` });
      last = now;
    }, STUCK_MS);
    worker.once('exit', () => clearInterval(look));
  });
  const result = await Promise.race([once(worker, 'message').then(([told]) => told as DecoderResult), stuck]);
  await worker.terminate();
  return result;
}
