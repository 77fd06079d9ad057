/**
 * What the kernel shows of any program from outside: the system call in which each of its threads is blocked
 * (/proc/PID/task/TID/syscall). A thread that several looks find in the same call has been blocked in it all that time. No
 * look shows what a thread did in between, nor what a call returned. This source reads only /proc: it stops no thread, and
 * connects to nothing.
 *
 *     program-threads ─ looks ─▶ thread-stays ─ blocked in this call on that socket ─▶ run-stays ─▶ the watch of its run
 *                     ─ socket-readings ─ the kernel's table: whose socket it is ───────┘
 */
import { monotonicUs } from '../../machine/clock.ts';
import type { WhyNoSource } from '../../protocol/remedies.ts';
import type { Sink } from '../../trace/report.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';
import { BlockedCallsWatch } from './blocked-calls-watch.ts';
import type { ProgramView } from './program-threads.ts';
import { RunStays } from './stays-by-run.ts';
import { SocketReadings } from './socket-readings.ts';
import { SYSTEM_CALLS, type SystemCall } from './system-call-numbers.ts';
import { ThreadStays, type Stay } from './thread-stays.ts';

/** Milliseconds between two looks during a run, at least. */
const LOOK_EVERY_MS = 2;
/** Looking takes at most this part of the time. */
const SHARE_OF_TIME = 1 / 20;

/** A program that can be looked at. */
interface Observed {
  view: ProgramView;
  readings: SocketReadings;
}

export class ServerSyscalls implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #machine: Pick<NodeJS.Process, 'platform' | 'arch'>;
  readonly #table: ReadonlyMap<number, SystemCall> | undefined;
  readonly #runs: RunStays;
  #observed: Observed | undefined;
  #threads: ThreadStays;
  #why: WhyNoSource | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param port the port on which the program listens
   * @param machine on which the program runs: each has its own numbers of system calls
   */
  constructor(port: number, machine: Pick<NodeJS.Process, 'platform' | 'arch'> = process) {
    this.#machine = machine;
    this.#table = machine.platform === 'linux' ? SYSTEM_CALLS[machine.arch] : undefined;
    this.#runs = new RunStays(port);
    this.#threads = this.#noThreads();
  }

  status(): OwnStatus {
    const why = this.#whyNot();
    return { name: 'server-syscalls', active: why === undefined, ...(why !== undefined && { why }) };
  }

  /** The program listens: from now on it can be looked at. */
  begin(view: ProgramView): void {
    this.ended();
    const readings = new SocketReadings(view, () => {
      const learn = this.#runs.readingBegins();
      return (rows) => learn(rows, this.#threads.over);
    });
    this.#observed = { view, readings };
    this.look();
    this.#readSockets();
  }

  /** Another source reports each call, so this one reports nothing from now on. The reason is a stable code. */
  leave(why: WhyNoSource): void {
    this.ended();
    this.#why = why;
  }

  /** @param byItself whether the program ended by itself: the call in which it was last seen had then returned */
  ended(byItself = false): void {
    this.#observed?.view.close();
    this.#observed?.readings.close();
    this.#observed = undefined;
    this.#why = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#threads.end();
    this.#runs.programEnded(byItself ? this.#threads.vanished : undefined);
    this.#threads = this.#noThreads();
  }

  /** The name of the system call in which the program is blocked now. A call on a socket takes precedence. */
  blockedIn(): string | undefined {
    this.look();
    const { blocked } = this.#threads;
    const accepting = blocked.find(({ call }) => call === 'accept');
    const waiting = blocked.find(({ name }) => /poll|select/.test(name));
    return (accepting ?? blocked.find(({ call }) => call) ?? waiting ?? blocked[0])?.name;
  }

  /**
   * As in `EvidenceSource`.
   * @param isBegun the connection exists already: an accept() that returned since the last look may have brought it
   */
  watch(startedAt: number, sink: Sink, isBegun = false): Watch {
    if (this.#why !== undefined) return NOTHING_TO_WATCH;
    if (!isBegun) this.look();
    const watch = new BlockedCallsWatch(startedAt, sink, {
      connectedFrom: (port) => {
        this.#runs.connectedFrom(port);
        this.#readSockets();
      },
      settle: () => this.#settle(watch),
      stop: () => this.#runs.remove(watch),
    });
    this.#runs.add(watch, this.#threads.stays);
    if (isBegun) this.look();
    if (this.#whyNot() !== undefined) watch.settle();
    else this.#schedule(LOOK_EVERY_MS);
    return watch;
  }

  /**
   * Looks at what the program is blocked in now: about ten microseconds for each thread. The best moments are right
   * before and right after something that may wake the program.
   */
  look(): void {
    if (this.#observed) this.#threads.look(this.#observed.view);
  }

  #whyNot(): WhyNoSource | undefined {
    if (this.#why !== undefined) return this.#why;
    if (!this.#table) return this.#machine.platform === 'linux' ? 'UNKNOWN_MACHINE' : 'NOT_LINUX';
    if (!this.#observed) return 'NOT_SEEN_LISTENING';
    return this.#threads.readable ? undefined : 'SYSCALL_NOT_READABLE';
  }

  #noThreads(): ThreadStays {
    return new ThreadStays(
      this.#table ?? new Map(),
      (stay) => this.#take(stay),
      (stillness) => this.#runs.wasStill(stillness),
    );
  }

  #schedule(afterMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#runs.idle) return;
      const before = monotonicUs();
      this.look();
      this.#schedule(Math.max(LOOK_EVERY_MS, (monotonicUs() - before) / SHARE_OF_TIME / 1000));
    }, afterMs).unref();
  }

  #take(stay: Stay): void {
    if (this.#runs.take(stay)) this.#readSockets();
  }

  #settle(watch: BlockedCallsWatch): void {
    if (this.#whyNot() !== undefined) return watch.settle();
    this.look();
    this.#threads.tellStillness();
    this.#runs.end(watch);
    this.#readSockets();
  }

  #readSockets(): void {
    if (this.#whyNot() === undefined) this.#observed?.readings.request();
  }
}
