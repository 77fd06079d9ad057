/**
 * Sorts what is reported of a client program by connection. The program's calls name a socket, the wire's reports a flow.
 * The kernel's number of the socket (its inode) says which belong together. It is pure: it knows neither sources nor
 * traces, and the order in which the two kinds of reports come does not matter.
 *
 *     calls ─ by socket ─┐
 *                        ├─▶ connection 0, 1, 2, …    one for each connect() that is not the same one once more
 *     wire ─ by flow ────┘
 */
export interface DemultiplexerOptions<CallReport, WireReport> {
  /** How many connections there may be. Those beyond are counted, and nothing of them is passed on. */
  most: number;
  /** Connections are numbered from 0, in the order in which they begin. */
  onConnection(connection: number): void;
  onCall(connection: number, report: CallReport): void;
  /** A flow on the wire is this connection's. */
  onFlow(connection: number, flow: number): void;
  onWire(connection: number, report: WireReport): void;
  /** The program has nothing left that stands for the connection. */
  onOver(connection: number): void;
}

/** A connection that is counted only. */
const LEFT_OUT = -1;
/** Reports of flows whose connect() is not known yet. */
const MOST_WAITING = 4096;

interface Socket<CallReport> {
  /** What the program did with it before connect(). */
  before: CallReport[];
  connection?: number;
  /** Its connect() has failed: another one is another connection. */
  isFailed: boolean;
  inode?: number;
}

/** One connect(), from its beginning until it fails. */
interface Attempt {
  connection: number;
  startedAt: number;
  failedAt: number;
  /** Its SYN has been seen: another is another attempt's. */
  hasFlow: boolean;
}

interface Flow<WireReport> {
  readonly inode: number;
  readonly openedAt: number;
  connection?: number;
  waiting: WireReport[];
}

export class Demultiplexer<CallReport, WireReport> {
  readonly #options: DemultiplexerOptions<CallReport, WireReport>;
  readonly #sockets = new Map<number, Socket<CallReport>>();
  /** By inode; the kernel uses an inode again when its socket is gone. */
  readonly #attempts = new Map<number, { socket: number; list: Attempt[] }>();
  readonly #flows = new Map<number, Flow<WireReport>>();
  #count = 0;
  #leftOut = 0;
  #waiting = 0;

  constructor(options: DemultiplexerOptions<CallReport, WireReport>) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  /** How many connections there were beyond the most that there may be. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The connection that a socket has now, unless it is only counted. */
  connectionOf(socket: number): number | undefined {
    const connection = this.#sockets.get(socket)?.connection;
    return connection === LEFT_OUT ? undefined : connection;
  }

  /** Whether the program has given a socket with this number to connect(). */
  hasInode(inode: number): boolean {
    return this.#attempts.has(inode);
  }

  /** The program did something with a socket. What it did before connect() is part of the connection. */
  call(socket: number, report: CallReport): void {
    const known = this.#socket(socket);
    if (known.connection === undefined) known.before.push(report);
    else if (known.connection !== LEFT_OUT) this.#options.onCall(known.connection, report);
  }

  /** The kernel's number of a socket. */
  numbered(socket: number, inode: number): void {
    this.#socket(socket).inode = inode;
    if (this.#attempts.get(inode)?.socket !== socket) this.#attempts.set(inode, { socket, list: [] });
  }

  /** A connect() begins. A second one on the same socket asks how the first went, unless that has failed. */
  connects(socket: number, startedAt: number): void {
    const known = this.#socket(socket);
    if (known.connection !== undefined && !known.isFailed) return;
    const connection = this.#begin();
    known.connection = connection;
    known.isFailed = false;
    const { before, inode } = known;
    known.before = [];
    if (connection !== LEFT_OUT) for (const report of before) this.#options.onCall(connection, report);
    if (inode === undefined) return;
    this.#attempts.get(inode)!.list.push({ connection, startedAt, failedAt: Infinity, hasFlow: false });
    for (const [number, flow] of this.#flows) if (flow.inode === inode) this.#claim(number, flow);
  }

  /** connect() has failed for good: it does not merely go on. */
  failed(socket: number, at: number): void {
    const known = this.#sockets.get(socket);
    if (!known || known.isFailed) return;
    known.isFailed = true;
    const attempt = known.inode === undefined ? undefined : this.#attempts.get(known.inode)?.list.at(-1);
    if (attempt) attempt.failedAt = at;
    if (known.connection !== undefined && known.connection !== LEFT_OUT) this.#options.onOver(known.connection);
  }

  /** Nothing of the program stands for the socket any more. */
  over(socket: number): void {
    const known = this.#sockets.get(socket);
    if (!known) return;
    this.#sockets.delete(socket);
    const { connection, isFailed } = known;
    if (connection !== undefined && connection !== LEFT_OUT && !isFailed) this.#options.onOver(connection);
  }

  /**
   * The wire has seen a SYN of the program's.
   * @param number unique: the wire's reports name the flow by it
   * @param inode the kernel's number of the socket; absent if nobody sees the program's calls: then it is a connection
   * @param openedAt on the clock of `connects`
   */
  opened(number: number, inode: number | undefined, openedAt: number): void {
    const flow: Flow<WireReport> = { inode: inode ?? -1, openedAt, waiting: [] };
    this.#flows.set(number, flow);
    if (inode !== undefined) this.#claim(number, flow);
    else this.#join(number, flow, this.#begin());
  }

  wire(flow: number, report: WireReport): void {
    const known = this.#flows.get(flow);
    if (!known) return;
    if (known.connection !== undefined) {
      if (known.connection !== LEFT_OUT) this.#options.onWire(known.connection, report);
    } else if (this.#waiting < MOST_WAITING) {
      known.waiting.push(report);
      this.#waiting += 1;
    }
  }

  #begin(): number {
    if (this.#count >= this.#options.most) {
      this.#leftOut += 1;
      return LEFT_OUT;
    }
    const connection = this.#count++;
    this.#options.onConnection(connection);
    return connection;
  }

  #claim(number: number, flow: Flow<WireReport>): void {
    if (flow.connection !== undefined) return;
    const attempt = this.#attempts
      .get(flow.inode)
      ?.list.find(
        ({ startedAt, failedAt, hasFlow }) => !hasFlow && startedAt <= flow.openedAt && flow.openedAt <= failedAt,
      );
    if (!attempt) return;
    attempt.hasFlow = true;
    this.#join(number, flow, attempt.connection);
  }

  #join(number: number, flow: Flow<WireReport>, connection: number): void {
    flow.connection = connection;
    const { waiting } = flow;
    flow.waiting = [];
    this.#waiting -= waiting.length;
    if (connection === LEFT_OUT) return;
    this.#options.onFlow(connection, number);
    for (const report of waiting) this.#options.onWire(connection, report);
  }

  #socket(number: number): Socket<CallReport> {
    let socket = this.#sockets.get(number);
    if (!socket) this.#sockets.set(number, (socket = { before: [], isFailed: false }));
    return socket;
  }
}
