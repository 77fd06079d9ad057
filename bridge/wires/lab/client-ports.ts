/** The usual range for a client's own ports on Linux (net.ipv4.ip_local_port_range). */
const FIRST = 32_768;
const LAST = 60_999;

/**
 * Source ports of the client's host, each for one run at a time. The next is always the one that rested longest: what is
 * left of its former connection, in TIME_WAIT, is then gone.
 */
export class ClientPorts {
  readonly #taken = new Set<number>();
  #next = FIRST;

  /** @throws RangeError where all are taken: far more than there may be runs */
  take(): number {
    for (let tries = FIRST; tries <= LAST; tries += 1) {
      const port = this.#next;
      this.#next = port === LAST ? FIRST : port + 1;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    throw new RangeError('every client port is in use');
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }
}
