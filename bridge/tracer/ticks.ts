import { setTimer, signalInterrupts } from './libc.ts';

const SIGALRM = 'SIGALRM';
const SIGALRM_NUMBER = 14;
/** From linux/time.h: it counts the time that passes, whoever runs. */
const ITIMER_REAL = 0;

/** Interrupts the waiting of this process every so often, because waitpid(2) knows no time-out. */
export class Ticks {
  #running = false;
  readonly #intervalUs: bigint;

  constructor(intervalUs: number) {
    this.#intervalUs = BigInt(intervalUs);
    // Once in a process. What handles the signal is the interruption itself.
    if (process.listenerCount(SIGALRM) === 0) process.on(SIGALRM, () => {});
    signalInterrupts(SIGALRM_NUMBER, 1);
  }

  start(): void {
    if (!this.#running) this.#set(this.#intervalUs);
    this.#running = true;
  }

  stop(): void {
    if (this.#running) this.#set(0n);
    this.#running = false;
  }

  /** A struct itimerval: the interval and the time until the first tick, each in seconds and microseconds. */
  #set(microseconds: bigint): void {
    const times = Buffer.alloc(32);
    times.writeBigInt64LE(microseconds, 8);
    times.writeBigInt64LE(microseconds, 24);
    setTimer(ITIMER_REAL, times, null);
  }
}
