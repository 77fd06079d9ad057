import { enterCall, numbersOf, type OpenCall, type StoppedThread } from './call-entry.ts';
import { addReturnedFacts, applyReturn, type Program } from './call-return.ts';
import { now } from './clock.ts';
import { DescriptorTables } from './descriptor-tables.ts';
import { KernelObjects } from './kernel-objects.ts';
import { hasProbe, isThere, readThreadStatus } from './process-status.ts';
import { callArguments, readCall, type CallStop } from './ptrace.ts';
import type { Born, Died, Entered, Returned, TracerReport } from './report.ts';
import { AUDIT_ARCHITECTURE, SYSTEM_CALLS, type SystemCall } from './system-calls.ts';

interface Thread extends StoppedThread {
  /** The call that it has entered, and not left yet. */
  open?: OpenCall | undefined;
  /** The last call that was reported, with its entry: the kernel may go on with it by restart_syscall(). */
  reported?: { open: OpenCall; entry: Extract<TracerReport, { what: 'enter' }> };
  /** It has entered a call that is of no interest: its next stop at a call is the return of that one. */
  skips: boolean;
  /** The thread that it made last, by the tracer's own number: the program may know it by another. */
  child?: number;
  /** Whether the reported call was interrupted so that restart_syscall() goes on with it. */
  restarts?: boolean;
}

/** How a thread or a process ended: signal 0 if none ended it. */
export interface Ending {
  code: number;
  signal: number;
}

/** -ERESTART_RESTARTBLOCK of linux/errno.h. */
const RESTART_BLOCK = -516;

type Reports = readonly TracerReport[];
const NOTHING: Reports = [];

/**
 * The threads and processes of a program: what each is doing, and what its descriptors stand for. It turns stops into
 * reports; it neither waits for stops nor ends them.
 *
 *     stop of a thread ─▶ entry or return of a call ─▶ report
 */
export class Tracees {
  readonly #probeVariable: string | undefined;
  readonly #threads = new Map<number, Thread>();
  readonly #objects = new KernelObjects();
  readonly #released: TracerReport[] = [];
  readonly #tables = new DescriptorTables(this.#objects, ({ number, kind }) => {
    if (kind === 'socket') this.#released.push({ what: 'released', at: now(), socket: number });
  });
  readonly #program: Program = { tables: this.#tables, objects: this.#objects };
  /** Processes whose calls are not looked at: they have a probe. */
  readonly #quiet = new Set<number>();
  /** Processes of which has been reported that their calls cannot be seen. */
  readonly #unseen = new Set<number>();
  /** By process: the exit() that it is in. It never returns; the end of the process is its end. */
  readonly #exits = new Map<number, Entered>();
  #calls = 0;

  readonly #onProcess: (report: Born | Died) => void;

  /**
   * @param probeVariable the environment variable of Node programs with a probe, whose calls are left to it
   * @param onProcess called for each process but the first, and for each that ends
   */
  constructor(probeVariable: string | undefined, onProcess: (report: Born | Died) => void) {
    this.#probeVariable = probeVariable;
    this.#onProcess = onProcess;
  }

  get threads(): IterableIterator<number> {
    return this.#threads.keys();
  }

  get size(): number {
    return this.#threads.size;
  }

  /** Whether the calls of this thread are of interest. */
  isLookedAt(thread: number): boolean {
    return !this.#quiet.has(this.#thread(thread).process);
  }

  /**
   * A thread has been made. Its own first stop may come before or after this.
   * @param by the thread that made it
   */
  born(id: number, by: number): void {
    this.#thread(by).child = id;
    if (isThere(id)) this.#thread(id);
  }

  /** A thread has stopped at a call. Most calls are of no interest: their returns are not looked at. */
  atCall(id: number, at: number): Reports {
    const thread = this.#thread(id);
    if (thread.skips) {
      thread.skips = false;
      return NOTHING;
    }
    const stop = readCall(id);
    if (stop.at === 'entry') return this.#entered(thread, stop, at);
    const { open } = thread;
    thread.open = undefined;
    if (stop.at !== 'return' || !open) return NOTHING;
    thread.restarts = stop.result === RESTART_BLOCK;
    applyReturn(thread, open, stop.result, this.#program);
    if (open.call.kind === 'io-uring' && stop.result >= 0) return this.#cannotSee(thread.process, 'io_uring');
    if (!open.reported) return this.#withReleased(NOTHING);
    const result = open.call.kind === 'fork' && stop.result > 0 ? (thread.child ?? stop.result) : stop.result;
    const { number: call, call: system } = open;
    const { process } = thread;
    const returned: Returned = {
      what: 'return',
      call,
      name: system.name,
      at,
      process,
      thread: id,
      result,
      errno: 'ok',
    };
    addReturnedFacts(returned, thread, open, this.#program);
    return this.#withReleased([returned]);
  }

  /**
   * A process has become another program: its other threads are gone.
   * @param former the number that the thread had before
   */
  executed(id: number, former: number): Reports {
    const open = this.#threads.get(former)?.open;
    const gone: TracerReport[] = [];
    for (const { thread, process } of [...this.#threads.values()]) {
      if (process !== id) continue;
      this.#threads.delete(thread);
      if (thread !== former) gone.push({ what: 'gone', thread });
    }
    this.#threads.delete(former);
    this.#threads.set(id, { thread: id, process: id, open, skips: false });
    this.#exits.delete(id);
    this.#tables.executed(id);
    this.#quiet.delete(id);
    if (this.#probeVariable !== undefined && hasProbe(id, this.#probeVariable)) this.#quiet.add(id);
    return this.#withReleased(gone);
  }

  ended(id: number, { code, signal }: Ending): Reports {
    const thread = this.#threads.get(id);
    this.#threads.delete(id);
    if (!thread) return NOTHING;
    const reports: Reports = this.#quiet.has(thread.process) ? NOTHING : [{ what: 'gone', thread: id }];
    if (thread.process !== id) return reports;
    this.#onProcess({ what: 'died', process: id, code, signal });
    this.#tables.ended(id);
    this.#objects.processEnded(id);
    this.#quiet.delete(id);
    return [...this.#exited(id, now()), ...this.#withReleased(reports)];
  }

  #entered(thread: Thread, stop: Extract<CallStop, { at: 'entry' }>, at: number): Reports {
    const { restarts } = thread;
    thread.open = undefined;
    thread.restarts = false;
    thread.skips = true;
    if (stop.architecture !== AUDIT_ARCHITECTURE) return this.#cannotSee(thread.process, 'architecture');
    const call = SYSTEM_CALLS[stop.number];
    if (!call) return NOTHING;
    if (call.kind === 'exit') return this.#beginsExit(thread, call, at);
    if (call.kind === 'restart') return restarts ? this.#goesOn(thread, at) : NOTHING;
    const { thread: id, process } = thread;
    const number = (this.#calls += 1);
    const entry: Entered = { what: 'enter', call: number, name: call.name, at, process, thread: id };
    const open = enterCall(thread, { number, call, args: callArguments() }, this.#tables, entry);
    if (!open) return NOTHING;
    thread.open = open;
    thread.skips = false;
    if (!open.reported) return NOTHING;
    thread.reported = { open, entry };
    return [entry];
  }

  /** Only the last thread's exit() ends its process, and it is of interest only if sockets end with that. */
  #beginsExit({ thread, process }: Thread, { name }: SystemCall, at: number): Reports {
    const isLast =
      name === 'exit_group' || [...this.#threads.values()].filter((other) => other.process === process).length === 1;
    const holds = isLast && !this.#exits.has(process) ? numbersOf(this.#tables.socketsOnlyOf(process)) : [];
    if (holds.length === 0) return NOTHING;
    const call = (this.#calls += 1);
    const code = Number(callArguments()[0]! & 0xffn);
    this.#exits.set(process, { what: 'enter', call, name, at, process, thread, holds, code });
    return NOTHING;
  }

  /** By now the kernel has closed what the process had left open. */
  #exited(process: number, at: number): Reports {
    const entry = this.#exits.get(process);
    this.#exits.delete(process);
    if (!entry) return NOTHING;
    const { call, name, thread } = entry;
    return [entry, { what: 'return', call, name, at, process, thread, result: 0, errno: 'ok' }];
  }

  /** A wait that a stop has interrupted goes on: it is entered once more. */
  #goesOn(thread: Thread, at: number): Reports {
    const { reported } = thread;
    if (!reported) return NOTHING;
    const number = (this.#calls += 1);
    thread.open = { ...reported.open, number };
    thread.skips = false;
    return [{ ...reported.entry, call: number, at }];
  }

  /** A thread that is seen for the first time is a new one, or the first of a new process. */
  #thread(id: number): Thread {
    const known = this.#threads.get(id);
    if (known) return known;
    const { process, parent } = readThreadStatus(id);
    const thread: Thread = { thread: id, process, skips: false };
    this.#threads.set(id, thread);
    if (process === id && this.#threads.has(parent)) {
      this.#tables.forked(parent, process);
      if (this.#quiet.has(parent)) this.#quiet.add(process);
      this.#onProcess({ what: 'born', process, parent });
    }
    return thread;
  }

  #cannotSee(process: number, why: 'io_uring' | 'architecture'): Reports {
    if (this.#unseen.has(process)) return NOTHING;
    this.#unseen.add(process);
    return [{ what: 'unseen', process, why }];
  }

  #withReleased(reports: Reports): Reports {
    return this.#released.length === 0 ? reports : [...this.#released.splice(0), ...reports];
  }
}
