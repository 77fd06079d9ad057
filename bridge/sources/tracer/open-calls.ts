import type { Entered, Returned } from '../../tracer/report.ts';

/** Microseconds after which a call that has not returned is called blocked. Most calls return long before. */
export const BLOCKED_AFTER_US = 10_000;

/** A call that has begun. */
export interface OpenCall extends Entered {
  /** Whether it has been reported before its return. */
  told: boolean;
}

/**
 * The calls that a program's threads have entered, and not left yet. A signal may wake a thread inside a call, and the
 * kernel then makes the call again: that is one call, which goes on. Only if the thread calls something else next, the
 * signal has ended the call.
 *
 *     enter ─ return, interrupted ─ enter ─ return      one call
 */
export class OpenCalls {
  readonly #byThread = new Map<number, OpenCall>();
  readonly #interrupted = new Map<number, { call: OpenCall; at: number }>();
  readonly #onBlocked: (call: OpenCall) => void;
  readonly #onReturned: (call: OpenCall, returned: Returned) => void;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param onBlocked called once for each call that does not return for a while
   * @param onReturned called for each call that has returned and will not be made again; a signal may have ended it (EINTR)
   * @param now microseconds of the monotonic clock
   */
  constructor(
    onBlocked: (call: OpenCall) => void,
    onReturned: (call: OpenCall, returned: Returned) => void,
    now: () => number,
  ) {
    this.#onBlocked = onBlocked;
    this.#onReturned = onReturned;
    this.#now = now;
  }

  enter(entered: Entered): void {
    const { thread } = entered;
    const interrupted = this.#interrupted.get(thread);
    this.#interrupted.delete(thread);
    if (interrupted && isSame(interrupted.call, entered)) {
      this.#byThread.set(thread, interrupted.call);
      return;
    }
    this.#byThread.set(thread, { ...entered, told: false });
    this.#lookLater();
    if (!interrupted) return;
    const { call, at } = interrupted;
    this.#onReturned(call, { ...call, what: 'return', at, result: -1, errno: 'EINTR' });
  }

  leave(returned: Returned): void {
    const { thread, errno, at } = returned;
    const call = this.#byThread.get(thread);
    this.#byThread.delete(thread);
    if (!call) return;
    if (errno.startsWith('ERESTART')) this.#interrupted.set(thread, { call, at });
    else this.#onReturned(call, returned);
  }

  /** The thread has ended, and with it the call that it was in. */
  gone(thread: number): void {
    this.#byThread.delete(thread);
    this.#interrupted.delete(thread);
  }

  /** All calls that have not returned. */
  *[Symbol.iterator](): Generator<OpenCall> {
    yield* this.#byThread.values();
    for (const { call } of this.#interrupted.values()) yield call;
  }

  clear(): void {
    this.#byThread.clear();
    this.#interrupted.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(): void {
    this.#timer ??= setTimeout(() => this.#look(), BLOCKED_AFTER_US / 1000);
    this.#timer.unref();
  }

  #look(): void {
    this.#timer = undefined;
    const latest = this.#now() - BLOCKED_AFTER_US;
    let areMore = false;
    for (const call of this) {
      if (call.told) continue;
      if (call.at > latest) areMore = true;
      else {
        call.told = true;
        this.#onBlocked(call);
      }
    }
    if (areMore) this.#lookLater();
  }
}

function isSame(call: OpenCall, { name, descriptor, socket, set }: Entered): boolean {
  return call.name === name && call.descriptor === descriptor && call.socket === socket && call.set === set;
}
