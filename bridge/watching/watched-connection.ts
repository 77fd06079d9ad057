/**
 * One connection that others have made, as a run of its own. All that is known of it comes from outside: its captured
 * segments, the states in the kernel's table, and the calls in which the server is found blocked. No call is called
 * observed that nobody saw, and of a connection that was open before, no beginning is made up.
 *
 *     packets ─ flow ─▶ segments ─┐
 *     kernel's table ─▶ states ───┼─▶ trace ─▶ steps, steps, …, done
 *     server's threads ─▶ calls ──┘
 *
 * If its SYN was captured, the states follow from the segments, and the kernel's table confirms them. Otherwise the states
 * are those of the table.
 */
import { monotonicUs } from '../machine/clock.ts';
import type { Limits } from '../protocol/limits.ts';
import { newsAmong, untilNextBatch } from '../runs/batches.ts';
import type { RunResult, RunUnderWay } from '../runs/run-result.ts';
import { settled } from '../runs/settled.ts';
import type { RunTold } from '../runs/shared-runs.ts';
import { CaptureFlow } from '../sources/capture/flow.ts';
import { LocalTimes, RemoteTimes } from '../sources/capture/times.ts';
import type { Tcpdump } from '../sources/capture/tcpdump.ts';
import type { CaptureTime } from '../sources/capture/wall-clock.ts';
import { since } from '../sources/run-time.ts';
import type { OwnStatus, Watch } from '../sources/source.ts';
import type { TcpPacket } from '../packet/packet.ts';
import { BoundedTrace } from '../trace/inference/bounded-trace.ts';
import type { Report, Sink } from '../trace/report.ts';
import type { Side } from '../trace/step.ts';
import type { SourceStatus } from '../trace/trace.ts';
import { endOfSteps } from '../trace/zero-at-connect.ts';
import { expectLink, type Wire } from '../wires/wire.ts';
import type { TableReading, TableRow } from './connection-table.ts';
import type { Ends, Flow } from './flow-sorter.ts';
import { STATES_WAIT_MS, StatesSeen } from './states-seen.ts';
import { WireTally } from './wire-tally.ts';

/** Microseconds without a packet and without an end in the kernel's table, after which a connection counts as gone. */
const GONE_AFTER_US = 8_000_000;
/** The same if no packets are captured. The table is then read often, and is all that is known. */
const GONE_UNCAPTURED_US = 300_000;
/** Milliseconds after the last packet until the kernels have taken it. */
const LAST_LOOK_MS = 5;
/** Microseconds that the end of a connection may wait for its sources. */
const SETTLE_US = 2_000_000;

export interface WatchedConnectionOptions {
  ends: Ends;
  /** Which ends are on this machine. */
  near: Readonly<Record<Side, boolean>>;
  /** Whether its SYN was captured. */
  isWhole: boolean;
  /** Microseconds of the monotonic clock: when the first was seen of it. */
  beganAt: number;
  /** The tcpdump that captures its segments, if there is one. */
  tcpdump: Tcpdump | undefined;
  wire: Wire;
  limits: Limits;
  /** Whether there is room for another step of any watched connection. */
  hasRoom(): boolean;
  /** Begins to report on what the server does. */
  watchServer(startedAt: number, sink: Sink): Watch[];
  /** What all such connections have for sources. @param capture the status of its own capture */
  sources(capture: OwnStatus | undefined): SourceStatus[];
  /** Has the kernel's table read now. */
  look(): void;
  told: RunTold;
  onOver(): void;
}

export class WatchedConnection implements RunUnderWay, Flow<CaptureTime> {
  readonly #options: WatchedConnectionOptions;
  readonly #trace: BoundedTrace;
  readonly #flow: CaptureFlow | undefined;
  readonly #watches: Watch[];
  readonly #states: StatesSeen;
  readonly #tally = new WireTally();
  readonly #sent = new Map<string, string>();
  readonly #startedAt: number;
  #tick: NodeJS.Timeout | undefined;
  #flushMs = 0;
  #lastSeenAt: number;
  #isEnding = false;
  #isOver = false;

  constructor(options: WatchedConnectionOptions) {
    this.#options = options;
    const { beganAt, isWhole, tcpdump, limits, hasRoom, ends, near } = options;
    this.#startedAt = Date.now() - (monotonicUs() - beganAt) / 1000;
    this.#lastSeenAt = beganAt;
    this.#trace = new BoundedTrace(limits.stepsPerRun, hasRoom);
    const sink = (report: Report): void => this.#take(report);
    this.#states = new StatesSeen(isWhole && tcpdump !== undefined, beganAt, sink);
    this.#watches = near.server ? options.watchServer(beganAt, (report) => this.#takeFromServer(report)) : [];
    for (const watch of this.#watches) watch.connectedFrom(ends.client.port);
    if (!tcpdump) return;
    const times = near.client && near.server ? new LocalTimes() : new RemoteTimes(near.server ? 'server' : 'client');
    const nothing = (): void => {};
    this.#flow = new CaptureFlow({
      ...{ zero: beganAt, sink, tcpdump, times, isOpen: !isWhole },
      ...{ onPort: nothing, onStop: nothing },
    });
    this.#flow.connectedFrom(ends.client.port);
    this.#flow.whenSettled(() => void this.#end());
  }

  get key(): string {
    return this.#options.ends.key;
  }

  get clientPort(): number {
    return this.#options.ends.client.port;
  }

  /** How many reports its trace holds. */
  get size(): number {
    return this.#trace.size;
  }

  take(from: Side, packet: TcpPacket, time: CaptureTime): void {
    this.#lastSeenAt = time.at;
    this.#states.packetAt(time.at);
    this.#flow?.take(from, packet, time);
  }

  replaced(): void {
    void this.#end();
  }

  /** The kernel's table has been read. @param row that of this connection, if there is one */
  seen(row: TableRow | undefined, reading: TableReading): void {
    if (this.#isOver) return;
    if (row) this.#states.take(row, reading);
    this.#releaseLater();
    const isThere = row !== undefined && [row.client, row.server].some((end) => end && end.state !== 'TIME_WAIT');
    if (isThere) this.#lastSeenAt = Math.max(this.#lastSeenAt, reading.until);
    const patience = this.#flow ? GONE_AFTER_US : GONE_UNCAPTURED_US;
    if (reading.until - this.#lastSeenAt > patience) void this.#end();
  }

  /** Nothing more will be captured. */
  tcpdumpEnded(): void {
    this.#flow?.tcpdumpEnded();
  }

  /** It is watched no longer. The connection itself goes on. */
  cancel(): void {
    this.#finish();
  }

  act(): void {
    expectLink(this.#options.wire);
  }

  #takeFromServer(report: Report): void {
    // Its accept() returned before the watch began.
    const isEarlier = report.kind === 'call' && report.name === 'accept' && !this.#options.isWhole;
    if (!isEarlier) this.#take(report);
  }

  #take(report: Report): void {
    if (this.#isOver) return;
    if (report.kind === 'segment') this.#tally.take(report);
    const before = this.#trace.size;
    this.#trace.report(report);
    // A trace that is full is not told again and again.
    if (this.#trace.leftOut?.steps !== undefined && this.#trace.size === before) return;
    this.#tick ??= setTimeout(() => this.#flush(false), untilNextBatch(this.#flushMs));
  }

  async #end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await new Promise((resolve) => setTimeout(resolve, LAST_LOOK_MS));
    if (this.#isOver) return;
    this.#options.look();
    const endedAt = monotonicUs();
    await settled(this.#watches, () => monotonicUs() - endedAt < SETTLE_US);
    this.#finish();
  }

  #flush(final: boolean): number {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    const beganAt = monotonicUs();
    this.#states.release(beganAt, final);
    const { isWhole } = this.#options;
    const captured = isWhole && this.#flow !== undefined;
    const now = since(this.#options.beganAt, beganAt);
    const steps = this.#trace.steps({ captured, serverWatched: 'no', final, now });
    const news = newsAmong(steps, this.#sent);
    if (news.length > 0) this.#options.told.onSteps(news);
    this.#flushMs = (monotonicUs() - beganAt) / 1000;
    if (!final) this.#releaseLater();
    return endOfSteps(steps);
  }

  #releaseLater(): void {
    if (this.#states.isWaiting) this.#tick ??= setTimeout(() => this.#flush(false), STATES_WAIT_MS + 1);
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isEnding = true;
    const durationUs = this.#flush(true);
    this.#isOver = true;
    for (const watch of [...this.#watches, ...(this.#flow ? [this.#flow] : [])]) watch.stop();
    this.#options.onOver();
    this.#options.told.onDone(this.#result(durationUs));
  }

  #result(durationUs: number): RunResult {
    const { leftOut } = this.#trace;
    return {
      ...this.#tally.end(this.#options.isWhole),
      startedAt: new Date(this.#startedAt).toISOString(),
      durationUs,
      ...(leftOut && { leftOut }),
      sources: this.#options.sources(this.#flow?.status()),
    };
  }
}
