import { monotonicUs } from '../../machine/clock.ts';
import { readBlockedCall, type BlockedCall } from './blocked-call.ts';
import type { ProgramView, ThreadSample } from './program-threads.ts';
import type { SystemCall } from './system-call-numbers.ts';

/** A thread that was blocked in one and the same call, look after look. Times are microseconds of the monotonic clock. */
export interface Stay {
  call: 'accept' | 'recv' | 'send';
  /** The inode of the socket that the call is on. */
  socket: string;
  /** The last look before, which found it elsewhere; -Infinity where there was none. */
  notBefore: number;
  firstSeen: number;
  lastSeen: number;
  /** The first look that found it elsewhere. */
  goneAt?: number;
  /** For an accept: the inode of the socket that the thread was seen to be at next. */
  brought?: string;
  /** The client's port of the connection that the socket is, once that is known. */
  port?: number | undefined;
}

interface Thread {
  lookedAt: number;
  turns: string;
  blocked: BlockedCall | undefined;
  stay: Stay | undefined;
  /** The last accept() that this thread came back from, until it is seen what that brought. */
  accepted: Stay | undefined;
}

/**
 * Makes stays of looks: as long as a thread is found in the same call, and was never woken in between, it is blocked in
 * it. A thread that was woken may have made any calls before the next look finds it blocked again.
 *
 *     look  accept 17 ─ accept 17 ─ recv 18 ─ accept 19 ─ accept 22      (how often it has been blocked)
 *     stay  └─ accept ─┘           └ recv ┘  └ accept ┘  └ accept …
 */
export class ThreadStays {
  readonly #table: ReadonlyMap<number, SystemCall>;
  /** Called as a stay begins, and as it ends: then `goneAt` is there. */
  readonly #tell: (stay: Stay) => void;
  readonly #threads = new Map<string, Thread>();
  /** Whether any thread could be looked at. */
  readable = false;
  /** Stays in accept() of threads that have ended: nobody knows whether it returned, or they were killed in it. */
  vanished: Stay[] = [];

  constructor(table: ReadonlyMap<number, SystemCall>, tell: (stay: Stay) => void) {
    this.#table = table;
    this.#tell = tell;
  }

  /** Whether there were threads, and there are none any more. */
  get over(): boolean {
    return this.readable && this.#threads.size === 0;
  }

  /** What is going on now. */
  get stays(): Stay[] {
    return [...this.#threads.values()].flatMap(({ stay }) => stay ?? []);
  }

  /** What the threads are blocked in, also where it is on no socket. */
  get blocked(): BlockedCall[] {
    return [...this.#threads.values()].flatMap(({ blocked }) => blocked ?? []);
  }

  look(view: ProgramView): void {
    const samples = view.threads();
    for (const sample of samples) this.#lookAt(sample, view);
    if (samples.length === this.#threads.size) return;
    const there = new Set(samples.map(({ thread }) => thread));
    for (const name of this.#threads.keys()) if (!there.has(name)) this.#vanish(name);
  }

  /** The program has ended. */
  end(): void {
    for (const name of this.#threads.keys()) this.#vanish(name);
  }

  #lookAt({ thread: name, text, turns }: ThreadSample, view: ProgramView): void {
    const at = monotonicUs();
    const blocked = readBlockedCall(text, this.#table);
    if (text !== '') this.readable = true;
    let thread = this.#threads.get(name);
    if (!thread) {
      thread = { lookedAt: -Infinity, turns, blocked: undefined, stay: undefined, accepted: undefined };
      this.#threads.set(name, thread);
    }
    if (turns === thread.turns && isSame(blocked, thread.blocked)) {
      if (thread.stay) thread.stay.lastSeen = at;
    } else {
      this.#leave(thread, at);
      const socket = blocked?.call && view.socketOf(name, blocked.descriptor);
      if (socket !== undefined) this.#enter(thread, blocked!.call!, socket, at);
    }
    Object.assign(thread, { turns, blocked, lookedAt: at });
  }

  #enter(thread: Thread, call: Stay['call'], socket: string, at: number): void {
    thread.stay = { call, socket, firstSeen: at, lastSeen: at, notBefore: thread.lookedAt };
    if (call !== 'accept' && thread.accepted) {
      thread.accepted.brought = socket;
      thread.accepted = undefined;
    }
    this.#tell(thread.stay);
  }

  #leave(thread: Thread, at: number): void {
    const { stay } = thread;
    thread.stay = undefined;
    if (!stay) return;
    stay.goneAt = at;
    if (stay.call === 'accept') thread.accepted = stay;
    this.#tell(stay);
  }

  #vanish(name: string): void {
    const thread = this.#threads.get(name)!;
    this.#threads.delete(name);
    const at = monotonicUs();
    if (thread.stay?.call !== 'accept') return this.#leave(thread, at);
    thread.stay.goneAt = at;
    this.vanished.push(thread.stay);
  }
}

function isSame(one: BlockedCall | undefined, other: BlockedCall | undefined): boolean {
  return one?.name === other?.name && one?.descriptor === other?.descriptor;
}
