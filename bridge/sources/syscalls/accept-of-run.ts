import type { Stay } from './thread-stays.ts';

/**
 * Finds out which accept() of the program brought a run's connection. Nothing outside the program shows what an accept()
 * returned, so it gathers what narrows the choice, until one accept() is left.
 */
export class RunAccept {
  readonly #runStartedAt: number;
  /** The accept() that was blocked when the run began. */
  #waiting: Stay | undefined;
  /** Calls of accept() that have returned since then. */
  #returned: Stay[] = [];
  /** The inode of the program's end of the run's connection. */
  #socket: string | undefined;
  #acceptedBy: number | undefined;
  #shared = false;
  #found = false;

  constructor(runStartedAt: number) {
    this.#runStartedAt = runStartedAt;
  }

  waiting(stay: Stay): void {
    this.#waiting = stay;
  }

  returned(stay: Stay): void {
    if (!this.#found && stay.goneAt! >= this.#runStartedAt) this.#returned.push(stay);
  }

  socketIs(socket: string): void {
    this.#socket = socket;
  }

  /** The run's connection has been accepted by this time. */
  acceptedBy(at: number): void {
    this.#acceptedBy ??= at;
  }

  /** Another run is in progress at the same time: an accept() may have been for that one. */
  share(): void {
    this.#shared = true;
  }

  /** Whether this run is alone, and its socket is not known. */
  get mayAssume(): boolean {
    return !this.#shared && this.#socket === undefined;
  }

  /**
   * No other client has been there, so a socket that belongs to no other run belongs to this one.
   * @param sockets those on which calls were seen that no run has claimed
   * @param isLast whether the run is over, and no more will be known
   * @returns the run's socket, if that is known now
   */
  assume(at: number, sockets: ReadonlySet<string>, isLast: boolean): string | undefined {
    if (isLast && this.#candidates().length > 0) this.acceptedBy(at);
    if (this.#acceptedBy === undefined || sockets.size !== 1) return undefined;
    [this.#socket] = sockets;
    return this.#socket;
  }

  /**
   * Returns the accept() that brought the run's connection, once, if it is known by now.
   * @param isLast whether the run is over, and no more will be known
   */
  find(isLast: boolean): Stay | undefined {
    if (this.#found || this.#acceptedBy === undefined) return undefined;
    const stay = this.#onlyCandidate() ?? (isLast ? this.#unseen(this.#acceptedBy) : undefined);
    this.#found = stay !== undefined;
    return stay;
  }

  #candidates(): Stay[] {
    return this.#returned.filter(
      ({ brought }) => brought === undefined || brought === this.#socket || this.#socket === undefined,
    );
  }

  #onlyCandidate(): Stay | undefined {
    const candidates = this.#candidates();
    const certain = candidates.filter(({ brought }) => brought !== undefined && brought === this.#socket);
    const [stay, another] = certain.length > 0 || this.#shared ? certain : candidates;
    return another ? undefined : stay;
  }

  /** The connection was accepted, but no look found that accept() blocked. Only the latest time of its return is known. */
  #unseen(acceptedBy: number): Stay | undefined {
    if (!this.#waiting) return undefined;
    const { firstSeen } = this.#waiting;
    return {
      ...this.#waiting,
      notBefore: firstSeen,
      firstSeen: acceptedBy,
      lastSeen: firstSeen,
      goneAt: acceptedBy,
    };
  }
}
