/**
 * Watches a port on which a server that the bridge has not started listens: each connection that others make to it becomes a
 * run that all pages see. It starts no program but tcpdump, connects to nothing, and reads what the kernel shows. The runs of
 * pages to the same port are theirs, and are not shown twice. It knows no page.
 *
 *     tcpdump ─ packets ─▶ flow-sorter ─┐
 *     /proc/net/tcp ────── states ──────┼─▶ watched-connection, one for each ─▶ a shared run
 *     /proc/PID ── watched-server ──────┘
 *
 * Where tcpdump may not capture, the kernel's table alone shows the connections, and their states. If there are too many
 * connections at a time, those beyond are counted.
 */
import { networkInterfaces } from 'node:os';
import { formatAddress, isLoopback, reaches } from '../address.ts';
import { BridgeError } from '../errors.ts';
import { monotonicUs } from '../machine/clock.ts';
import { commandLineOf } from '../machine/command-line.ts';
import type { Limits } from '../protocol/limits.ts';
import type { BegunMessage, ServerStatus } from '../protocol/messages.ts';
import type { RunUnderWay } from '../runs/run-result.ts';
import type { RunTold } from '../runs/shared-runs.ts';
import { captureAdvice } from '../sources/capture/unavailable.ts';
import { describeSource, type EvidenceSource, type OwnStatus } from '../sources/source.ts';
import type { SourceStatus } from '../trace/trace.ts';
import type { Wire } from '../wires/wire.ts';
import { readConnections, type EndRow, type TableReading, type TableRow } from './connection-table.ts';
import { FlowSorter, type Ends } from './flow-sorter.ts';
import { holdersOf } from './own-processes.ts';
import { PortCapture } from './port-capture.ts';
import { WatchedConnection } from './watched-connection.ts';
import { WatchedServer } from './watched-server.ts';
import type { CaptureTime } from '../sources/capture/wall-clock.ts';

/**
 * Milliseconds between two readings of the kernel's table: at least, after a packet that the kernels must have taken, and if
 * nothing happens.
 */
const READ_EVERY_MS = { atLeast: 2, afterPacket: 5, uncaptured: 50, idle: 500 };
/** Readings, and searches for a client's process, each take at most this part of the time. */
const SHARE_OF_TIME = 1 / 20;
/** All watched connections together have room for the steps of so many runs. */
const RUNS_OF_STEPS = 4;
/** Milliseconds after the end of a page's run, for packets of it that are still to be read. */
const OWN_LINGERS_MS = 2000;

export interface PortWatchOptions {
  /** Where the server listens: on any address of this machine if `host` is absent. */
  port: number;
  host?: string | undefined;
  capture: 'auto' | 'off';
  /** The program that stands in for tcpdump. */
  tcpdump?: string | undefined;
  wire(): Wire;
  limits: Limits;
  /** @throws BridgeError `TOO_MANY_RUNS` */
  begin(begun: Omit<BegunMessage, 'type' | 'id'>, start: (told: RunTold) => RunUnderWay): void;
  onChange(): void;
}

export class PortWatch {
  readonly #options: PortWatchOptions;
  readonly #server: WatchedServer;
  readonly #capture: PortCapture;
  readonly #sorter: FlowSorter<CaptureTime>;
  readonly #connections = new Map<string, WatchedConnection>();
  /** The client's ports of the pages' own runs. */
  readonly #own = new Set<number>();
  #notShown = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  /** When the last packet was read, in microseconds of the monotonic clock. */
  #packetAt = -Infinity;
  #mayReadAt = 0;
  #maySearchAt = 0;
  #isWatching = false;
  /** Whether the connections that were open before the watch began are known. */
  #hasRead = false;
  #local: { addresses: ReadonlySet<string>; until: number } = { addresses: new Set(), until: 0 };

  constructor(options: PortWatchOptions) {
    this.#options = options;
    const { port, capture, tcpdump } = options;
    this.#server = new WatchedServer(port);
    this.#sorter = new FlowSorter({
      port,
      isWatched: this.#isWatched,
      open: (ends, isWhole, time) => this.#open(ends, isWhole, time.at),
    });
    this.#capture = new PortCapture({
      ...{ port, allowed: capture === 'auto', program: tcpdump },
      onPacket: (packet, via, time) => {
        this.#sorter.take(packet, via, time);
        this.#packetAt = monotonicUs();
        this.#readWithin(READ_EVERY_MS.afterPacket);
      },
      onEnd: () => this.#captureEnded(),
      onChange: options.onChange,
    });
  }

  /** What sees the server's side of any connection to the port. */
  get sources(): EvidenceSource[] {
    return this.#server.sources;
  }

  /** How many connections there were no room for. */
  get notShown(): number {
    return this.#notShown;
  }

  serverStatus(): ServerStatus {
    return this.#server.status();
  }

  /** Why packets are not captured and what would help, in one sentence. */
  get captureAdvice(): string | undefined {
    const { unavailable } = this.#capture;
    return unavailable && unavailable.why !== 'CAPTURE_OFF' ? captureAdvice(unavailable) : undefined;
  }

  /** Resolves when it watches. */
  async start(): Promise<void> {
    await this.#capture.start();
    this.#isWatching = true;
    this.#read();
  }

  async stop(): Promise<void> {
    this.#isWatching = false;
    clearTimeout(this.#timer);
    for (const connection of this.#connections.values()) connection.cancel();
    this.#server.close();
    await this.#capture.close();
  }

  /** A page's run connects from this port. Returns a function to be called when it is over. */
  leaveOut(port: number): () => void {
    this.#own.add(port);
    return () => void setTimeout(() => this.#own.delete(port), OWN_LINGERS_MS).unref();
  }

  readonly #isWatched = (host: string): boolean => {
    const { host: only } = this.#options;
    return only === undefined ? this.#isLocal(host) : reaches([only], host);
  };

  #isLocal(host: string): boolean {
    if (isLoopback(host)) return true;
    const now = performance.now();
    if (now > this.#local.until) {
      const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
      // The kernel may be asked once a second.
      this.#local = { addresses: new Set(all.map(({ address }) => address.split('%')[0]!)), until: now + 1000 };
    }
    return this.#local.addresses.has(host);
  }

  #isOwn({ client }: Ends): boolean {
    return this.#own.has(client.port) && this.#isLocal(client.host);
  }

  #open(ends: Ends, isWhole: boolean, at: number): WatchedConnection | undefined {
    if (!this.#isWatching || this.#isOwn(ends)) return undefined;
    const { limits } = this.#options;
    // Nobody needs a title for what there is no room for.
    const client = this.#connections.size < limits.sharedRuns ? this.#clientOf(ends) : '';
    let connection: WatchedConnection | undefined;
    try {
      const begun = {
        by: 'watch' as const,
        client,
        sources: this.#sources(isWhole || !this.#capture.tcpdump ? undefined : BEGAN_LATE),
      };
      this.#options.begin(begun, (told) => (connection = this.#connection(ends, isWhole, at, told)));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.#notShown += 1;
      this.#options.onChange();
    }
    if (connection) this.#connections.set(ends.key, connection);
    return connection;
  }

  #connection(ends: Ends, isWhole: boolean, beganAt: number, told: RunTold): WatchedConnection {
    const { wire, limits } = this.#options;
    const { calls, listener } = this.#server;
    // The kernel's table of the server names its clients by port: two with the same port could be mistaken.
    const isAlone = ![...this.#connections.values()].some(({ clientPort }) => clientPort === ends.client.port);
    const connection: WatchedConnection = new WatchedConnection({
      ...{ ends, isWhole, beganAt, limits, told },
      near: { client: this.#isLocal(ends.client.host), server: this.#isLocal(ends.server.host) },
      tcpdump: this.#capture.tcpdump,
      wire: wire(),
      hasRoom: () => this.#steps() < RUNS_OF_STEPS * limits.stepsPerRun,
      watchServer: (startedAt, sink) => [
        ...(isAlone ? [calls.watch(startedAt, sink, true)] : []),
        ...(isWhole ? [listener.watch(startedAt, sink)] : []),
      ],
      sources: (capture) => this.#sources(capture),
      look: () => this.#read(),
      onOver: () => {
        if (this.#connections.get(ends.key) !== connection) return;
        this.#connections.delete(ends.key);
        // If the capture has ended, the table may still show it.
        if (this.#capture.tcpdump) this.#sorter.ignore(ends.key);
        else this.#sorter.forget(ends.key);
      },
    });
    return connection;
  }

  #steps(): number {
    let steps = 0;
    for (const { size } of this.#connections.values()) steps += size;
    return steps;
  }

  #sources(capture: OwnStatus = this.#capture.status()): SourceStatus[] {
    return [
      { ...capture, tells: 'segments' },
      { name: 'kernel-states', tells: 'states', active: true, samples: true },
      ...this.sources.map(describeSource),
    ];
  }

  /** What a client is called: its command line, if it is a process of the same user here, or its address. */
  #clientOf({ key, client }: Ends): string {
    const now = performance.now();
    if (now < this.#maySearchAt || !this.#isLocal(client.host)) return formatAddress(client);
    const row = this.#readNow().rows.get(key)?.client;
    const [pid] = row && isOurs(row) ? holdersOf(new Set([row.inode]), 1) : [];
    this.#maySearchAt = performance.now() + (performance.now() - now) / SHARE_OF_TIME;
    return (pid !== undefined && commandLineOf(pid)) || formatAddress(client);
  }

  #captureEnded(): void {
    for (const connection of this.#connections.values()) connection.tcpdumpEnded();
    this.#readWithin(READ_EVERY_MS.atLeast);
  }

  #readWithin(ms: number): void {
    if (!this.#isWatching) return;
    const at = Math.max(this.#mayReadAt, performance.now() + ms);
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#read(), at - performance.now()).unref();
  }

  #read(): void {
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
    if (!this.#isWatching) return;
    const reading = this.#readNow();
    if (this.#server.listens(reading.listening)) this.#options.onChange();
    if (!this.#capture.tcpdump || !this.#hasRead) for (const row of reading.rows.values()) this.#found(row, reading);
    this.#hasRead = true;
    for (const connection of this.#connections.values()) connection.seen(reading.rows.get(connection.key), reading);
    const { afterPacket, idle, uncaptured } = READ_EVERY_MS;
    // Beside a packet, a state is not certain.
    const isBeside = reading.from - this.#packetAt < afterPacket * 1000;
    this.#readWithin(isBeside ? afterPacket : this.#capture.tcpdump ? idle : uncaptured);
  }

  #readNow(): TableReading {
    const reading = readConnections(this.#options.port, this.#isWatched);
    const tookMs = (monotonicUs() - reading.from) / 1000;
    this.#mayReadAt = performance.now() + Math.max(READ_EVERY_MS.atLeast, tookMs / SHARE_OF_TIME);
    return reading;
  }

  /** A connection in the table that no packet has shown: it was open before, or nothing is captured. */
  #found({ ends, client, server }: TableRow, { until }: TableReading): void {
    const isGoing = [client, server].some((end) => end && end.state !== 'TIME_WAIT');
    if (!isGoing || this.#isOwn(ends) || this.#sorter.knows(ends.key)) return;
    const connection = this.#open(ends, false, until);
    if (connection) this.#sorter.add(ends.key, connection);
    else this.#sorter.ignore(ends.key);
  }
}

const BEGAN_LATE: OwnStatus = { name: 'capture', active: true, why: 'CAPTURE_BEGAN_LATE' };

function isOurs({ inode, user }: EndRow): boolean {
  return inode !== '0' && user === process.getuid?.();
}
