import type { SocketRow } from '../sockets/socket-table.ts';
import type { Stay } from './thread-stays.ts';

/** How many client ports of runs are remembered. */
const MOST_RUNS = 4096;

/** Which socket of the program belongs to which client's port, as the kernel's table shows it. */
export class ConnectionOwners {
  readonly #serverPort: number;
  /** The rows with the server's port at the near end, as of the last reading. */
  #rows: SocketRow[] = [];
  /** Client ports by the inode of the program's end of the connection. */
  readonly #ports = new Map<string, number>();
  /** Once known, the port of a stay remains valid, even if its row has left the table. */
  readonly #portsOfStays = new WeakMap<Stay, number>();
  /** Client ports of runs, past ones too: the kernel's table keeps their connections for a minute. */
  readonly #runPorts = new Set<number>();

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
  }

  /** Takes a new reading of the kernel's table. */
  learn(rows: readonly SocketRow[]): void {
    this.#rows = rows.filter(({ localPort }) => localPort === this.#serverPort);
    this.#ports.clear();
    for (const { inode, remotePort } of this.#rows) if (inode !== '0') this.#ports.set(inode, remotePort);
  }

  /** Connections older than the first run are not counted as strangers. */
  markPresentAsKnown(): void {
    for (const { remotePort } of this.#rows) this.#runPorts.add(remotePort);
  }

  /** A run has connected from this port. */
  addRun(port: number): void {
    this.#runPorts.delete(port);
    this.#runPorts.add(port);
    if (this.#runPorts.size > MOST_RUNS) this.#runPorts.delete(this.#runPorts.values().next().value!);
  }

  assign(socket: string, port: number): void {
    this.#ports.set(socket, port);
  }

  /** The client's port of the connection on which a thread is or was blocked. */
  portOf(stay: Stay): number | undefined {
    const port = this.#portsOfStays.get(stay) ?? this.#ports.get(stay.socket);
    if (port !== undefined) this.#portsOfStays.set(stay, port);
    return port;
  }

  /** Until the table has been read, any socket may be the one that listens. */
  mayListen(socket: string): boolean {
    const listening = this.#rows.filter(({ state }) => state === 'LISTEN');
    return listening.length === 0 || listening.some(({ inode }) => inode === socket);
  }

  /** Whether a client other than this bridge's runs has connected within the last minute. */
  get hasStranger(): boolean {
    return this.#rows.some(({ state, remotePort }) => state !== 'LISTEN' && !this.#runPorts.has(remotePort));
  }

  /** The program has ended, and its sockets with it. */
  clear(): void {
    this.#rows = [];
    this.#ports.clear();
  }
}
