import { monotonicUs } from '../../machine/clock.ts';
import { readBlockedCall, type BlockedCall } from './blocked-call.ts';
import { LIST_GOOD_FOR_US, type ProgramView, type ThreadSample } from './program-threads.ts';
import type { SystemCall } from './system-call-numbers.ts';

/** A thread that looks found blocked in one and the same call. Times are microseconds of the monotonic clock. */
export interface Stay {
  call: 'accept' | 'recv' | 'send';
  /** The inode of the socket that the call is on. */
  socket: string;
  /** The last look that still found the thread elsewhere; -Infinity if there was none. */
  notBefore: number;
  firstSeen: number;
  lastSeen: number;
  /** The first look that found the thread elsewhere again. */
  goneAt?: number;
  /** When the kernel's table, read while the thread was blocked, did not show the socket: it has no port of the server's. */
  absentAt?: number;
  /** For an accept: the inode of the next socket on which the thread was blocked. */
  brought?: string;
  /** `PID/task/TID`, if another thread was awake meanwhile. Otherwise the program did nothing else. */
  thread?: string;
}

/** A time in which each thread of the program stayed blocked, in microseconds of the monotonic clock. */
export interface Stillness {
  from: number;
  until: number;
}

type Look = ThreadSample & { blocked: BlockedCall | undefined };

/** A shorter time says little, and there may be very many. */
const SHORTEST_STILLNESS_US = 5000;

interface Thread {
  lookedAt: number;
  turns: string;
  blocked: BlockedCall | undefined;
  stay: Stay | undefined;
  /** The last accept() from which this thread returned, until it blocks on the socket that this brought. */
  accepted: Stay | undefined;
}

/**
 * Turns looks into stays. A thread that is in the same call at two looks, and was not woken in between, stayed blocked
 * in it. A thread that was woken may have made any calls before the next look finds it blocked again.
 *
 *     look  accept 17 ─ accept 17 ─ recv 18 ─ accept 19 ─ accept 22      (how often it has been blocked)
 *     stay  └─ accept ─┘           └ recv ┘  └ accept ┘  └ accept …
 */
export class ThreadStays {
  readonly #table: ReadonlyMap<number, SystemCall>;
  /** Called when a stay begins, and when it ends: then `goneAt` is set. */
  readonly #onStay: (stay: Stay) => void;
  readonly #onStill: (stillness: Stillness) => void;
  readonly #threads = new Map<string, Thread>();
  /** Since which look each thread has stayed blocked; undefined while one runs. */
  #stillSince: number | undefined;
  #lookedAt = -Infinity;
  readonly #vanished: Stay[] = [];
  #readable = false;

  /** @param onStill called when a time in which the program made no call is over, or has been asked for */
  constructor(
    table: ReadonlyMap<number, SystemCall>,
    onStay: (stay: Stay) => void,
    onStill: (stillness: Stillness) => void = () => {},
  ) {
    this.#table = table;
    this.#onStay = onStay;
    this.#onStill = onStill;
  }

  /** Whether any thread could be looked at. */
  get readable(): boolean {
    return this.#readable;
  }

  /** Stays in accept() of threads that have ended. Their accept() may have returned, or they were killed in it. */
  get vanished(): readonly Stay[] {
    return this.#vanished;
  }

  /** Whether there were threads, and all have ended. */
  get over(): boolean {
    return this.#readable && this.#threads.size === 0;
  }

  /** The stays that are going on now. */
  get stays(): Stay[] {
    return [...this.#threads.values()].flatMap(({ stay }) => stay ?? []);
  }

  /** The calls in which threads are blocked, including those on no socket. */
  get blocked(): BlockedCall[] {
    return [...this.#threads.values()].flatMap(({ blocked }) => blocked ?? []);
  }

  look(view: ProgramView): void {
    const began = monotonicUs();
    const samples = view.threads().map((sample) => ({ ...sample, blocked: readBlockedCall(sample.text, this.#table) }));
    const there = new Set(samples.map(({ thread }) => thread));
    const gone = [...this.#threads.keys()].filter((name) => !there.has(name));
    const awake = [...samples.filter((sample) => !this.#stayed(sample)).map(({ thread }) => thread), ...gone];
    if (awake.length > 0) this.#awoke(awake);
    for (const sample of samples) this.#lookAt(sample, view);
    for (const name of gone) this.#vanish(name);
    const areBlocked = [...this.#threads.values()].every(({ blocked, turns }) => blocked && turns !== '');
    this.#stillSince = areBlocked ? (this.#stillSince ?? monotonicUs()) : undefined;
    this.#lookedAt = began;
  }

  /**
   * Reports for how long the program has made no call, if it was long enough. A thread that it has started since its threads
   * were listed would not have been looked at: that much of the time does not count.
   */
  tellStillness(): void {
    const [from, until] = [this.#stillSince, this.#lookedAt - LIST_GOOD_FOR_US];
    this.#stillSince = undefined;
    if (from !== undefined && until - from >= SHORTEST_STILLNESS_US) this.#onStill({ from, until });
  }

  /** The program has ended. */
  end(): void {
    this.tellStillness();
    for (const name of this.#threads.keys()) this.#vanish(name);
  }

  /** Whether the thread has stayed in the same call since the last look. */
  #stayed({ thread: name, turns, blocked }: Look): boolean {
    const known = this.#threads.get(name);
    return known !== undefined && blocked !== undefined && turns === known.turns && isSame(blocked, known.blocked);
  }

  /** These threads have not stayed blocked: whatever they did, the others did not. */
  #awoke(names: readonly string[]): void {
    this.tellStillness();
    for (const [name, { stay }] of this.#threads) if (stay && names.some((other) => other !== name)) stay.thread = name;
  }

  #lookAt(look: Look, view: ProgramView): void {
    const { thread: name, text, turns, blocked } = look;
    const at = monotonicUs();
    if (text !== '') this.#readable = true;
    let thread = this.#threads.get(name);
    if (thread && this.#stayed(look)) {
      if (thread.stay) thread.stay.lastSeen = at;
    } else {
      if (!thread) {
        thread = { lookedAt: -Infinity, turns, blocked: undefined, stay: undefined, accepted: undefined };
        this.#threads.set(name, thread);
      }
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
    this.#onStay(thread.stay);
  }

  #leave(thread: Thread, at: number): void {
    const { stay } = thread;
    thread.stay = undefined;
    if (!stay) return;
    stay.goneAt = at;
    if (stay.call === 'accept') thread.accepted = stay;
    this.#onStay(stay);
  }

  #vanish(name: string): void {
    const thread = this.#threads.get(name)!;
    this.#threads.delete(name);
    const at = monotonicUs();
    if (thread.stay?.call !== 'accept') return this.#leave(thread, at);
    thread.stay.goneAt = at;
    this.#vanished.push(thread.stay);
  }
}

function isSame(one: BlockedCall | undefined, other: BlockedCall | undefined): boolean {
  return one?.name === other?.name && one?.descriptor === other?.descriptor;
}
