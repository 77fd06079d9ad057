/** The usual range for a client's own ports on Linux (net.ipv4.ip_local_port_range). */
const FIRST = 32_768;
const LAST = 60_999;

/**
 * Source ports of the client's host, each for one run at a time. The next is always the one that rested longest: what is
 * left of its former connection, in TIME_WAIT, is then gone.
 */
export class ClientPorts {
  readonly #taken = new Set<number>();
  /** The one that rested longest first. */
  readonly #resting = new Set(Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index));

  /** @throws RangeError where all are taken: far more than there may be runs */
  take(): number {
    const [port] = this.#resting;
    if (port === undefined) throw new RangeError('every client port is in use');
    this.#resting.delete(port);
    this.#taken.add(port);
    return port;
  }

  giveBack(port: number): void {
    if (this.#taken.delete(port)) this.#resting.add(port);
  }
}
