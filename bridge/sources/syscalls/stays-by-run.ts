import { monotonicUs } from '../../machine/clock.ts';
import type { SocketRow } from '../sockets/socket-table.ts';
import type { BlockedCallsWatch } from './blocked-calls-watch.ts';
import { ConnectionOwners } from './connection-owners.ts';
import type { Stay, Stillness } from './thread-stays.ts';

/** How many stays are kept on sockets whose connection is not known yet. */
const MOST_UNCLAIMED = 256;

/**
 * Gives each stay to the run whose connection it is on. A stay that nobody can claim yet waits for the next reading of
 * the kernel's table.
 *
 *     stays ─▶ by socket ─▶ by client's port ─▶ the watch of that run
 */
export class RunStays {
  readonly #serverPort: number;
  readonly #owners: ConnectionOwners;
  readonly #watches = new Set<BlockedCallsWatch>();
  /** Watches whose runs are over: the next reading is their last. */
  readonly #ending = new Set<BlockedCallsWatch>();
  #unclaimed: Stay[] = [];

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#owners = new ConnectionOwners(serverPort);
  }

  /** Whether no run is in progress. */
  get idle(): boolean {
    return this.#watches.size === 0;
  }

  /** @param stays those that are going on now */
  add(watch: BlockedCallsWatch, stays: readonly Stay[]): void {
    this.#watches.add(watch);
    if (this.#watches.size > 1) for (const each of this.#watches) each.share();
    const waiting = stays.find(({ call, socket }) => call === 'accept' && this.#owners.mayListen(socket));
    if (waiting) watch.acceptWaits(waiting);
  }

  remove(watch: BlockedCallsWatch): void {
    this.#watches.delete(watch);
    this.#ending.delete(watch);
    if (this.idle) this.#unclaimed = [];
  }

  connectedFrom(port: number): void {
    this.#owners.addRun(port);
  }

  /** The run of this watch is over. */
  end(watch: BlockedCallsWatch): void {
    this.#ending.add(watch);
  }

  /** Takes a stay that has begun or ended. Returns whether the kernel's table should be read now. */
  take(stay: Stay): boolean {
    if (this.idle) return false;
    return stay.call === 'accept' ? this.#takeAccept(stay) : this.#takeTransfer(stay);
  }

  /** The program made no call for a while: not on any run's connection either. */
  wasStill(stillness: Stillness): void {
    for (const watch of this.#watches) watch.reportPause(stillness);
  }

  /**
   * A reading of the kernel's table begins. Returns a function that takes its rows. If `isOver`, the program's threads have
   * all ended: no watch settles until it is known whether the last accept() returned.
   */
  readingBegins(): (rows: readonly SocketRow[], isOver: boolean) => void {
    const ending = [...this.#ending];
    this.#ending.clear();
    const goingOn = this.#unclaimed.filter(({ goneAt }) => goneAt === undefined);
    return (rows, isOver) => {
      for (const watch of ending) watch.expectNoMore();
      this.#owners.learn(rows);
      this.#markAbsent(goingOn);
      this.#learn(rows);
      if (!isOver) for (const watch of this.#watches) watch.settleIfOver();
    };
  }

  /** @param lastAccepts calls of accept() that must have returned, because the program then ended by itself */
  programEnded(lastAccepts: readonly Stay[] | undefined): void {
    if (lastAccepts) {
      for (const stay of lastAccepts) for (const watch of this.#watches) watch.acceptReturned(stay);
      for (const watch of this.#watches) watch.expectNoMore();
      this.#deliver(monotonicUs());
    }
    for (const watch of this.#watches) watch.settle();
    this.#owners.clear();
    this.#ending.clear();
    this.#unclaimed = [];
  }

  #takeAccept(stay: Stay): boolean {
    if (stay.goneAt === undefined || !this.#owners.mayListen(stay.socket)) return false;
    for (const watch of this.#watches) watch.acceptReturned(stay);
    return true;
  }

  #takeTransfer(stay: Stay): boolean {
    const watch = this.#watchOf(stay);
    if (watch) {
      watch.socketIs(stay.socket);
      watch.reportAccept();
      watch.reportTransfer(stay);
      watch.settleIfOver();
      return false;
    }
    if (this.#unclaimed.includes(stay)) return false;
    this.#unclaimed = [...this.#unclaimed.slice(1 - MOST_UNCLAIMED), stay];
    return true;
  }

  /** A socket stays open while a thread is blocked on it. If its row is not there then, it never will be. */
  #markAbsent(stays: readonly Stay[]): void {
    const at = monotonicUs();
    for (const stay of stays) if (this.#owners.portOf(stay) === undefined) stay.absentAt ??= at;
  }

  #learn(rows: readonly SocketRow[]): void {
    const at = monotonicUs();
    if (this.idle) this.#owners.markPresentAsKnown();
    for (const watch of this.#watches) watch.learn(rows, this.#serverPort, at);
    this.#deliver(at);
  }

  #deliver(at: number): void {
    this.#assume(at);
    const claimed = new Map<Stay, BlockedCallsWatch>();
    for (const stay of this.#unclaimed) {
      const watch = this.#watchOf(stay);
      if (watch) claimed.set(stay, watch);
    }
    this.#unclaimed = this.#unclaimed.filter((stay) => !claimed.has(stay));
    for (const [{ socket }, watch] of claimed) watch.socketIs(socket);
    for (const watch of this.#watches) watch.reportAccept();
    for (const [stay, watch] of claimed) watch.reportTransfer(stay);
  }

  /**
   * A connection may be over before the table is read, which then no longer shows its inode. If one run is in progress, and
   * no other client has connected within the last minute, the connection can only be that run's. A program may have other
   * sockets too: those on which a thread was blocked before the run, and those that the table should have shown.
   */
  #assume(at: number): void {
    const [watch] = this.#watches;
    if (!watch?.mayAssume || this.#owners.hasStranger) return;
    const isOther = ({ firstSeen, lastSeen, absentAt = Infinity }: Stay): boolean =>
      firstSeen < watch.startedAt || lastSeen > absentAt;
    const others = new Set(this.#unclaimed.filter(isOther).map(({ socket }) => socket));
    const sockets = this.#unclaimed.map(({ socket }) => socket).filter((socket) => !others.has(socket));
    const socket = watch.assume(at, new Set(sockets));
    if (socket !== undefined) this.#owners.assign(socket, watch.port!);
  }

  #watchOf(stay: Stay): BlockedCallsWatch | undefined {
    const port = this.#owners.portOf(stay);
    if (port !== undefined) for (const watch of this.#watches) if (watch.port === port) return watch;
    return undefined;
  }
}
