import type { Trace } from '../bridge/trace/outcome.ts';
import { keptIn, keyOf } from './kept.ts';
import type { Run } from './runs.svelte.ts';
import { readTrace } from './trace-file.ts';

/** Runs, and characters of them all, that are kept: browsers give a tab about five million. */
const MOST_RUNS = 100;
const MOST_CHARACTERS = 4_000_000;

/** Keeps a run that is over; the oldest make room. Where it does not fit it is not kept, and nobody is troubled. */
export function keep(run: Run, storage: Storage): void {
  const trace = run.trace();
  if (!trace) return;
  const text = JSON.stringify(trace);
  if (text.length > MOST_CHARACTERS) return;
  const key = keyOf(run);
  const others = keptIn(storage).filter((kept) => kept.key !== key);
  const sizes = others.map((other) => storage.getItem(other.key)?.length ?? 0);
  let size = sizes.reduce((sum, each) => sum + each, text.length);
  let removed = 0;
  const makeRoom = () => {
    storage.removeItem(others[removed]!.key);
    size -= sizes[removed++]!;
  };
  while (size > MOST_CHARACTERS || others.length - removed >= MOST_RUNS) makeRoom();
  for (;;) {
    try {
      return storage.setItem(key, text);
    } catch {
      // Full: the room is shared with whatever else this origin keeps.
      if (removed === others.length) return;
      makeRoom();
    }
  }
}

/** What was kept, newest first; checked like a file from anyone, and thrown away where it is not a trace. */
export function restore(storage: Storage): { trace: Trace; order: number; isOpened: boolean }[] {
  return keptIn(storage)
    .reverse()
    .flatMap(({ key, order, isOpened }) => {
      const trace = readTrace(storage.getItem(key) ?? '');
      if (typeof trace !== 'string') return [{ trace, order, isOpened }];
      storage.removeItem(key);
      return [];
    });
}
