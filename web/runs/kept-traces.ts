import type { Trace } from '../../bridge/trace/trace.ts';
import { isText, object, oneOf } from '../reading/checks.ts';
import { keptIn, keyOf } from './kept.ts';
import type { Remembered, Run } from './runs.svelte.ts';
import { shortCommand } from '../reading/short-command.ts';
import { readTrace } from './trace-file.ts';

/** Runs, and characters of them all, that are kept: browsers give a tab about five million. */
const MOST_RUNS = 100;
const MOST_CHARACTERS = 4_000_000;

/** Keeps a run that is over; the oldest make room. Where it does not fit it is not kept, and nobody is troubled. */
export function keep(run: Run, storage: Storage): void {
  if (!run.end) return;
  const { scenario } = run.begun;
  const end = run.end.kind === 'done' ? undefined : run.end;
  const text = JSON.stringify({ ...(run.trace() ?? untold(run)), scenario, end });
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

/** A run whose end the bridge did not tell, in the shape of a trace; `end` says what became of it. */
function untold({ begun, startedAt, steps }: Run): Trace {
  const { script, link, server, command, wire = 'direct', target = '' } = begun;
  const beginning = { format: 'aperto-trace', version: 1, startedAt, wire, target, script } as const;
  const asked = {
    ...(link && { link }),
    ...(server && { server }),
    ...(command && { command: shortCommand(command) }),
  };
  return { ...beginning, ...asked, sources: [], outcome: 'failed', durationUs: 0, steps: [...steps] } as Trace;
}

const isUntoldEnd = object({ kind: oneOf('lost', 'rejected'), 'code?': isText, 'message?': isText });

/** What was kept, newest first; checked like a file from anyone, and thrown away where it is not a trace. */
export function restore(storage: Storage): ({ trace: Trace } & Remembered)[] {
  return keptIn(storage)
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
  end,
}: Trace & { scenario?: unknown; end?: unknown }): Pick<Remembered, 'scenario' | 'end'> {
  const { kind, code = '', message = '' } = isUntoldEnd(end) ? (end as Record<string, string>) : {};
  return {
    ...(typeof scenario === 'string' && { scenario }),
    ...(kind === 'lost' && { end: { kind } }),
    ...(kind === 'rejected' && { end: { kind, code, message } }),
  };
}
