/** The usual range for a client's own ports on Linux. Here kernels choose others: see host/kernel-settings.ts. */
const FIRST = 32_768;
const LAST = 60_999;

/**
 * Source ports of the client's host, each for one run at a time. The next port is the one that has been free longest, so
 * that its former connection has left TIME_WAIT.
 */
export class ClientPorts {
  readonly #taken = new Set<number>();
  /** The port that has been free longest comes first. */
  readonly #free = new Set(Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index));

  /** @throws RangeError if all are taken: there are far more of them than there may be runs */
  take(): number {
    const [port] = this.#free;
    if (port === undefined) throw new RangeError('every client port is in use');
    this.#free.delete(port);
    this.#taken.add(port);
    return port;
  }

  giveBack(port: number): void {
    if (this.#taken.delete(port)) this.#free.add(port);
  }
}
