import { monotonicUs } from '../../machine/clock.ts';
import type { WhyNoSource } from '../../protocol/remedies.ts';
import type { Sink } from '../../trace/report.ts';
import type { ProgramView } from './program-threads.ts';
import type { SocketRow } from '../sockets/socket-table.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';
import { SyscallsWatch } from './watch.ts';
import { SYSTEM_CALLS, type SystemCall } from './system-call-numbers.ts';
import { ThreadStays, type Stay } from './thread-stays.ts';

/** Milliseconds between looks while a run is on, at least; and looking takes at most this part of the time. */
const LOOK_EVERY_MS = 2;
const SHARE_OF_TIME = 1 / 20;
/** Stays on sockets of which nobody knows yet whose they are. */
const MOST_UNCLAIMED = 256;
const MOST_RUNS = 4096;

/**
 * What the kernel shows of any program, from outside: the system call in which each of its threads is blocked
 * (/proc/PID/task/TID/syscall). Look after look, a thread that stays in a call has been blocked in it all that time. What
 * it did between two looks nobody saw, and neither what a call returned.
 *
 *     look, look, … ─▶ stays: blocked in this call on that socket ─▶ the kernel's table: whose connection ─▶ watch
 */
export class ServerSyscalls implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #port: number;
  readonly #machine: Pick<NodeJS.Process, 'platform' | 'arch'>;
  readonly #table: ReadonlyMap<number, SystemCall> | undefined;
  readonly #watches = new Set<SyscallsWatch>();
  #view: ProgramView | undefined;
  #threads: ThreadStays;
  #why: WhyNoSource | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The rows of the kernel's table with the program's port at the near end, as of the last reading. */
  #own: SocketRow[] = [];
  /** Client ports by the inode of the program's end of the connection. */
  readonly #portOf = new Map<string, number>();
  #unclaimed: Stay[] = [];
  /** Client ports of runs that are on or were, or before: the kernel remembers some of their connections for a minute. */
  readonly #runs = new Set<number>();
  /** Watches whose runs are over: what the next reading of the kernel's table says of them is the last. */
  readonly #toSettle = new Set<SyscallsWatch>();
  #asking = false;
  #askAgain = false;

  /**
   * @param port the port on which the program listens
   * @param machine on which it runs: system calls have other numbers on others
   */
  constructor(port: number, machine: Pick<NodeJS.Process, 'platform' | 'arch'> = process) {
    this.#port = port;
    this.#machine = machine;
    this.#table = machine.platform === 'linux' ? SYSTEM_CALLS[machine.arch] : undefined;
    this.#threads = this.#noThreads();
  }

  status(): OwnStatus {
    const why = this.#whyNot();
    return { name: 'server-syscalls', active: why === undefined, ...(why !== undefined && { why }) };
  }

  /** The program listens: from now on it can be looked at. */
  begin(view: ProgramView): void {
    this.ended();
    this.#view = view;
    this.look();
    this.#ask();
  }

  /** Another source tells each call: this one says nothing, for this reason. A stable code. */
  leave(why: WhyNoSource): void {
    this.ended();
    this.#why = why;
  }

  /** @param byItself the program has come to its own end: whatever it was blocked in had returned before */
  ended(byItself = false): void {
    this.#view?.close();
    this.#view = undefined;
    this.#why = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asking = false;
    this.#threads.end();
    if (byItself) {
      for (const stay of this.#threads.vanished) for (const watch of this.#watches) watch.acceptEnded(stay);
      for (const watch of this.#watches) watch.settling = true;
      this.#deliver(monotonicUs());
    }
    for (const watch of this.#watches) watch.settle();
    this.#threads = this.#noThreads();
    this.#portOf.clear();
    this.#toSettle.clear();
    this.#unclaimed = [];
    this.#own = [];
  }

  /** The name of the system call in which the program is blocked now: one on a socket, where there are several. */
  blockedIn(): string | undefined {
    this.look();
    const { blocked } = this.#threads;
    const accepting = blocked.find(({ call }) => call === 'accept');
    const waiting = blocked.find(({ name }) => /poll|select/.test(name));
    return (accepting ?? blocked.find(({ call }) => call) ?? waiting ?? blocked[0])?.name;
  }

  watch(startedAt: number, sink: Sink): Watch {
    if (this.#why !== undefined) return NOTHING_TO_WATCH;
    this.look();
    const watch = new SyscallsWatch(startedAt, sink, {
      known: () => this.#known(watch.port!),
      wantsToSettle: () => this.#settle(watch),
      stopped: () => this.#stopped(watch),
    });
    this.#watches.add(watch);
    if (this.#watches.size > 1) for (const each of this.#watches) each.shared = true;
    const waiting = this.#threads.stays.find((stay) => this.#isAccept(stay));
    if (waiting) watch.tellWaiting(waiting);
    if (this.#whyNot() !== undefined) watch.settle();
    else this.#schedule(LOOK_EVERY_MS);
    return watch;
  }

  /**
   * Looks at what the program is blocked in now: some ten microseconds for each of its threads. The more looks, the closer
   * the bounds of what is told: best right before and right after something that may wake the program.
   */
  look(): void {
    if (this.#view) this.#threads.look(this.#view);
  }

  #whyNot(): WhyNoSource | undefined {
    if (this.#why !== undefined) return this.#why;
    if (!this.#table) return this.#machine.platform === 'linux' ? 'UNKNOWN_MACHINE' : 'NOT_LINUX';
    if (!this.#view) return 'NOT_SEEN_LISTENING';
    return this.#threads.readable ? undefined : 'SYSCALL_NOT_READABLE';
  }

  #noThreads(): ThreadStays {
    return new ThreadStays(this.#table ?? new Map(), (stay) => this.#tell(stay));
  }

  #schedule(afterMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#watches.size === 0) return;
      const before = monotonicUs();
      this.look();
      this.#schedule(Math.max(LOOK_EVERY_MS, (monotonicUs() - before) / SHARE_OF_TIME / 1000));
    }, afterMs).unref();
  }

  /** Until the kernel's table was read, any socket on which the program accepts is taken for the one of interest. */
  #isAccept({ call, socket }: Stay): boolean {
    const listening = this.#own.filter(({ state }) => state === 'LISTEN');
    return call === 'accept' && (listening.length === 0 || listening.some(({ inode }) => inode === socket));
  }

  /** To the watch whose connection it is on; where that is not known yet, the kernel's table may tell. */
  #tell(stay: Stay): void {
    if (this.#watches.size === 0) return;
    if (stay.call === 'accept') {
      if (stay.goneAt === undefined || !this.#isAccept(stay)) return;
      for (const watch of this.#watches) watch.acceptEnded(stay);
      return this.#ask();
    }
    stay.port ??= this.#portOf.get(stay.socket);
    const watch = this.#watchOf(stay.port);
    if (watch) {
      watch.inode = stay.socket;
      watch.tellAccepted();
      watch.tellTransfer(stay);
      return watch.settleIfOver();
    }
    if (this.#unclaimed.includes(stay)) return;
    this.#unclaimed = [...this.#unclaimed.slice(1 - MOST_UNCLAIMED), stay];
    this.#ask();
  }

  #watchOf(port: number | undefined): SyscallsWatch | undefined {
    if (port !== undefined) for (const watch of this.#watches) if (watch.port === port) return watch;
    return undefined;
  }

  #known(port: number): void {
    this.#runs.delete(port);
    this.#runs.add(port);
    if (this.#runs.size > MOST_RUNS) this.#runs.delete(this.#runs.values().next().value!);
    this.#ask();
  }

  #stopped(watch: SyscallsWatch): void {
    this.#watches.delete(watch);
    this.#toSettle.delete(watch);
    if (this.#watches.size === 0) this.#unclaimed = [];
  }

  #settle(watch: SyscallsWatch): void {
    if (this.#whyNot() !== undefined) return watch.settle();
    this.look();
    this.#toSettle.add(watch);
    this.#ask();
  }

  /** Asks the kernel's table whose connections there are; once more, if it is being asked already. */
  #ask(): void {
    if (!this.#view || this.#whyNot() !== undefined) return;
    this.#askAgain = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    const view = this.#view;
    const settling = [...this.#toSettle];
    this.#toSettle.clear();
    view.sockets((rows) => {
      if (view !== this.#view) return;
      this.#asking = false;
      for (const watch of settling) watch.settling = true;
      this.#learn(rows);
      if (this.#askAgain) this.#ask();
    });
  }

  #learn(rows: readonly SocketRow[]): void {
    const at = monotonicUs();
    this.#own = rows.filter(({ localPort }) => localPort === this.#port);
    // Whoever was there before the first run is none of its strangers.
    if (this.#watches.size === 0) for (const { remotePort } of this.#own) this.#runs.add(remotePort);
    this.#portOf.clear();
    for (const { inode, remotePort } of this.#own) if (inode !== '0') this.#portOf.set(inode, remotePort);
    for (const watch of this.#watches) watch.learn(rows, this.#port, at);
    this.#deliver(at);
    // A program that is ending is waited for: how it ends tells whether it came back from what it was blocked in.
    if (!this.#threads.over) for (const watch of this.#watches) watch.settleIfOver();
  }

  /** Tells each watch what is known to be about its connection. */
  #deliver(at: number): void {
    this.#assume(at);
    for (const stay of this.#unclaimed) stay.port ??= this.#portOf.get(stay.socket);
    const known = this.#unclaimed.filter(({ port }) => this.#watchOf(port));
    this.#unclaimed = this.#unclaimed.filter((stay) => !known.includes(stay));
    for (const { port, socket } of known) this.#watchOf(port)!.inode = socket;
    for (const watch of this.#watches) watch.tellAccepted();
    for (const stay of known) this.#watchOf(stay.port)!.tellTransfer(stay);
  }

  /**
   * A connection may be over before the table was read: then its inode stands there no more. Where one run is on, and
   * nobody else has been there in the last minute, it can only be that run's.
   */
  #assume(at: number): void {
    const [watch] = this.#watches;
    if (!watch || watch.shared || watch.port === undefined || watch.inode !== undefined) return;
    if (this.#own.some(({ state, remotePort }) => state !== 'LISTEN' && !this.#runs.has(remotePort))) return;
    if (watch.settling && watch.mayBeAccepted) watch.acceptedBy ??= at;
    const sockets = new Set(this.#unclaimed.map(({ socket }) => socket));
    if (watch.acceptedBy === undefined || sockets.size !== 1) return;
    watch.inode = [...sockets][0]!;
    this.#portOf.set(watch.inode, watch.port);
  }
}
