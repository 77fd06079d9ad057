import type { Trace } from '../../bridge/trace/trace.ts';
import { isText, object, oneOf } from '../reading/checks.ts';
import { keptKeys, keyOf } from './kept-keys.ts';
import type { Run } from './run.svelte.ts';
import type { Remembered } from './runs.svelte.ts';
import { readTrace } from './trace-file.ts';

const MOST_RUNS = 100;
/** Of all runs together: browsers give a tab about five million. */
const MOST_CHARACTERS = 4_000_000;

/** Keeps a run that is over; the oldest ones make room for it. If it does not fit, it is silently not kept. */
export function keep(run: Run, storage: Storage): void {
  if (!run.end) return;
  const { scenario, link } = run.begun;
  const end = run.end.kind === 'done' ? undefined : run.end;
  // Without the bridge's report a trace has no true outcome: `end` says how the run ended.
  const trace = run.trace() ?? run.traceWith({ ...(link && { link }), outcome: 'failed', sources: [], durationUs: 0 });
  const text = JSON.stringify({ ...trace, scenario, furthest: run.furthest, end });
  if (text.length > MOST_CHARACTERS) return;
  const key = keyOf(run);
  const others = keptKeys(storage).filter((other) => other.key !== key);
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
      // Full: other pages of this origin may use the same storage.
      if (removed === others.length) return;
      makeRoom();
    }
  }
}

const isUnreportedEnd = object({ kind: oneOf('lost', 'rejected'), 'code?': isText, 'message?': isText });

/** Returns the runs that were kept, newest first. Each is checked like a file from anyone; what is not a trace is removed. */
export function restore(storage: Storage): ({ trace: Trace } & Remembered)[] {
  return keptKeys(storage)
    .reverse()
    .flatMap(({ key, order, isOpened }) => {
      const trace = readTrace(storage.getItem(key) ?? '');
      if (typeof trace !== 'string') return [{ trace, order, isOpened, ...moreOf(trace) }];
      storage.removeItem(key);
      return [];
    });
}

function moreOf({
  scenario,
  furthest,
  end,
}: Trace & { scenario?: unknown; furthest?: unknown; end?: unknown }): Omit<Remembered, 'order' | 'isOpened'> {
  const { kind, code = '', message = '' } = isUnreportedEnd(end) ? (end as Record<string, string>) : {};
  return {
    ...(typeof scenario === 'string' && { scenario }),
    ...(typeof furthest === 'string' && { furthest }),
    ...(kind === 'lost' && { end: { kind } }),
    ...(kind === 'rejected' && { end: { kind, code, message } }),
  };
}
