/**
 * A run whose client is a program of the operator: it makes as many connections as it likes. The session starts the
 * program, has what is reported sorted by connection, passes the steps on in batches, and ends exactly once: when the
 * program has ended and its connections are settled, or at the limit. It knows nothing of pages and messages.
 *
 *     program ─ tracer: calls ─┐
 *     wire ─ segments ─────────┼▶ demultiplexer ─▶ connection 0, 1, 2, … each with its trace ─▶ steps, …, done
 *     server's sources ────────┴──────────────────────────▲
 */
import { monotonicUs } from '../machine/clock.ts';
import { BridgeError } from '../errors.ts';
import type { FollowedProgram, StartedProgram } from '../programs/client-program.ts';
import type { Limits } from '../protocol/limits.ts';
import type { CallOnConnection } from '../sources/calls/connection-calls.ts';
import type { EvidenceSource } from '../sources/source.ts';
import { ClientTracer } from '../sources/tracer/client-tracer.ts';
import type { WireAction } from '../trace/link.ts';
import type { Report } from '../trace/report.ts';
import type { Step } from '../trace/step.ts';
import type { ProgramEnd, SourceStatus } from '../trace/trace.ts';
import type { Carrying, Wire } from '../wires/wire.ts';
import { untilNextBatch } from './batches.ts';
import { Demultiplexer } from './demultiplexer.ts';
import { mayBeNoticed } from './looking.ts';
import { hasFailed, ProgramFlows } from './program-flows.ts';
import { sourcesOfProgram } from './client-sources.ts';
import { earlySteps, leftOutOf, resultOf, type EarlyLine, type RunEnding } from './program-result.ts';
import { RunConnection } from './run-connection.ts';
import type { RunResult } from './run-result.ts';
import { whenReachable, type Reachable } from './when-reachable.ts';

export interface ProgramSessionOptions extends Reachable {
  program: FollowedProgram;
  /** It goes on until the program ends, however long that takes. */
  isUnlimited?: boolean;
  /** What sees the server's side of the connections. */
  sources: readonly EvidenceSource[];
  limits: Pick<Limits, 'clientRunMs' | 'heldRunMs' | 'stepsPerRun' | 'connectionsPerRun' | 'linesPerClient'>;
  /** Called with new steps, and with earlier ones of which more is known now. */
  onSteps(steps: Step[]): void;
  /** Called exactly once. */
  onDone(result: RunResult): void;
}

/** Lines that are kept before there is a connection. */
const EARLY_LINES = 2000;

export class ProgramSession {
  readonly #options: ProgramSessionOptions;
  #wire: Wire;
  #startedAt = Date.now();
  #beganAt = monotonicUs();
  /** Infinite for a program that its operator ends. */
  readonly #limitMs: number;
  #timeLimit: NodeJS.Timeout | undefined;
  readonly #tracer: ClientTracer;
  readonly #demultiplexer: Demultiplexer<CallOnConnection, Report>;
  readonly #connections: RunConnection[] = [];
  readonly #unsettled = new Set<RunConnection>();
  /** Those of which something was reported since the last batch. */
  readonly #changed = new Set<RunConnection>();
  readonly #flows: ProgramFlows;
  #process: StartedProgram | undefined;
  #carrying: Carrying | undefined;
  #lookers: EvidenceSource[] = [];
  /** What it printed before its first connection. */
  #early: EarlyLine[] = [];
  #lines = 0;
  /** Reports that all traces hold, or held. */
  #reports = 0;
  #tick: NodeJS.Timeout | undefined;
  #flushMs = 0;
  #isWaiting = true;
  #waitedUs: number | undefined;
  #ending: RunEnding | undefined;
  #programEnd: ProgramEnd | undefined;
  #isDone = false;

  constructor(options: ProgramSessionOptions) {
    this.#options = options;
    const { wire, link, limits, program } = options;
    this.#wire = wire;
    const limitMs = link?.hold ? limits.heldRunMs : limits.clientRunMs;
    this.#limitMs = options.isUnlimited ? Infinity : limitMs;
    if (!options.isUnlimited)
      this.#timeLimit = setTimeout(() => this.#abort({ outcome: 'timeout', error: 'RUN_TIME' }), limitMs);
    this.#tracer = new ClientTracer(
      {
        onReport: (socket, report) => this.#called(socket, report),
        onKnown: (socket, known) => this.#known(socket, known),
        onOver: (socket) => this.#demultiplexer.over(socket),
        onExited: () => this.#process?.exited(),
        now: monotonicUs,
      },
      program.isTraced ? undefined : program.whyUntraced,
    );
    this.#demultiplexer = this.#sorted();
    this.#flows = new ProgramFlows(this.#demultiplexer);
    whenReachable(
      options,
      (reached, hasWaited) => this.#reached(reached, hasWaited),
      (error) => this.#abort({ outcome: 'failed', error }),
    );
  }

  /** Ends the program with all that it has started; `onDone` follows. */
  cancel(): void {
    this.#abort({ outcome: 'cancelled' });
  }

  /**
   * Delivers, drops or duplicates a segment of one of the connections that the link holds.
   * @throws BridgeError `NOT_HELD`
   */
  act(segment: string, action: WireAction, connection = 0): void {
    const held = this.#connections[connection];
    if (!held) throw new BridgeError('NOT_HELD', 'There is no such connection.');
    held.act(segment, action);
  }

  #sorted(): Demultiplexer<CallOnConnection, Report> {
    return new Demultiplexer({
      most: this.#options.limits.connectionsPerRun,
      onConnection: (connection) => this.#begins(connection),
      onCall: (connection, call) => this.#connections[connection]!.call(call),
      onFlow: (connection, flow) => this.#carried(connection, flow),
      onWire: (connection, report) => this.#connections[connection]!.take(report),
      onOver: (connection) => this.#connections[connection]!.over(),
    });
  }

  #reached(wire: Wire, hasWaited: boolean): void {
    this.#wire = wire;
    if (hasWaited && this.#isWaiting) this.#waitedUs = this.#elapsedUs;
    this.#open();
  }

  #open(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    const { link, sources, program } = this.#options;
    this.#startedAt = Date.now();
    this.#beganAt = monotonicUs();
    this.#lookers = sources.filter((source) => source.look !== undefined && source.status().active);
    this.#carrying = this.#wire.carry?.({
      zero: this.#beganAt,
      paced: this.#lookers.length > 0,
      ...(link && { link }),
      owns: (inode) => (this.#tracer.isActive ? this.#demultiplexer.hasInode(inode) : undefined),
      opens: (opening, carry) => this.#flows.add(opening, carry, this.#tracer.isActive),
    });
    this.#process = program.start({
      onLine: (stream, line) => this.#printed(stream, line),
      onTraced: (report) => this.#tracer.take(report),
      tracedProcesses: () => this.#tracer.processes,
      onTracerLost: () => this.#tracer.lost(),
      onEnd: ({ code, signal, error }) =>
        this.#programEnded({
          ...(code !== null && { exitCode: code }),
          ...(signal !== null && { signal }),
          ...(error && { notStarted: error.code ?? error.message }),
        }),
    });
  }

  #called(socket: number, report: CallOnConnection): void {
    if (report.what === 'connect' && report.at === undefined) this.#demultiplexer.connects(socket, report.startedAt);
    this.#demultiplexer.call(socket, report);
    if (report.what === 'connect' && hasFailed(report)) this.#demultiplexer.failed(socket, report.at!);
  }

  #known(socket: number, { inode, port }: { inode?: number; port?: number }): void {
    if (inode !== undefined) this.#demultiplexer.numbered(socket, inode);
    const connection = this.#demultiplexer.connectionOf(socket);
    if (port !== undefined && connection !== undefined) this.#connections[connection]!.knowsPort(port);
  }

  #carried(connection: number, flow: number): void {
    const known = this.#connections[connection]!;
    const { carried, port } = this.#flows.get(flow);
    known.carriedBy(carried);
    known.knowsPort(port);
    if (this.#tracer.isActive) return;
    // No call shows its end.
    carried.whenSettled(() => known.over());
  }

  #begins(connection: number): void {
    const { sources, limits } = this.#options;
    const before = this.#connections.at(-1);
    const begun = new RunConnection({
      connection,
      keeps: connection === 0,
      beganAt: this.#beganAt,
      sources,
      captured: this.#wire.carry !== undefined,
      most: limits.stepsPerRun,
      hasRoom: () => this.#reports < limits.stepsPerRun,
      isInTime: () => this.#elapsedUs < this.#limitMs * 1000,
      onReport: (reported, report) => this.#reported(reported, report),
      onSettled: (settled) => this.#settled(settled),
    });
    this.#connections.push(begun);
    this.#unsettled.add(begun);
    if (!this.#tracer.isActive) begun.beginsUncalled();
    for (const { stream, line, at } of this.#early.splice(0)) begun.printed(stream, line, at);
    // What is printed from now on belongs to this one.
    if (before && !this.#unsettled.has(before)) this.#tellEnd(before);
    if (connection !== 1) return;
    // The first one has been told as the only one.
    this.#connections[0]!.forgetTold();
    this.#changed.add(this.#connections[0]!);
  }

  #reported(connection: RunConnection, report: Report): void {
    this.#reports += connection.growth();
    this.#changed.add(connection);
    if (mayBeNoticed(report)) for (const source of this.#lookers) source.look?.();
    this.#tick ??= setTimeout(() => this.#flush(), untilNextBatch(this.#flushMs));
  }

  #printed(stream: 'stdout' | 'stderr', line: string): void {
    const newest = this.#connections.at(-1);
    const at = this.#elapsedUs;
    this.#lines += 1;
    if (newest) newest.printed(stream, line, at);
    else if (this.#early.length < EARLY_LINES) this.#early.push({ stream, line, at });
    if (this.#lines === this.#options.limits.linesPerClient)
      this.#abort({ outcome: 'failed', error: 'OUTPUT_TOO_LARGE' });
  }

  /** The newest connection is not told to its end before the next one begins: the program may still print something. */
  #settled(connection: RunConnection): void {
    this.#unsettled.delete(connection);
    if (connection !== this.#connections.at(-1)) this.#tellEnd(connection);
    this.#finishIfOver();
  }

  #flush(): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    const beganAt = monotonicUs();
    this.#options.onSteps([...this.#changed].flatMap((connection) => this.#newsOf(connection, false)));
    this.#changed.clear();
    this.#flushMs = (monotonicUs() - beganAt) / 1000;
  }

  #tellEnd(connection: RunConnection): void {
    this.#changed.delete(connection);
    this.#options.onSteps(this.#newsOf(connection, true));
  }

  #newsOf(connection: RunConnection, final: boolean): Step[] {
    const news = connection.news(this.#zeroUs, final);
    return this.#connections.length === 1 ? news : news.map((step) => ({ ...step, connection: connection.connection }));
  }

  #abort(ending: RunEnding): void {
    this.#ending ??= ending;
    if (this.#isWaiting) {
      this.#isWaiting = false;
      return this.#finish();
    }
    for (const connection of this.#connections) connection.letGo();
    void this.#process?.stop();
  }

  #programEnded(end: ProgramEnd): void {
    this.#programEnd = end;
    this.#tracer.programEnded();
    for (const connection of this.#unsettled) if (!connection.isOver) connection.over();
    this.#finishIfOver();
  }

  #finishIfOver(): void {
    if (this.#programEnd && this.#unsettled.size === 0) this.#finish();
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    clearTimeout(this.#timeLimit);
    clearTimeout(this.#tick);
    this.#process?.endRest();
    this.#carrying?.stop();
    const last = this.#connections.flatMap((connection) => this.#newsOf(connection, true));
    const alone = earlySteps(this.#early);
    this.#options.onSteps([...last, ...alone]);
    const summaries = this.#connections.map((connection) => connection.summary(this.#zeroUs));
    this.#options.onDone({
      ...resultOf(this.#connections, summaries, this.#ending, this.#programEnd),
      startedAt: new Date(this.#startedAt + this.#zeroUs / 1000).toISOString(),
      durationUs: Math.max(0, ...summaries.map(({ endAt }) => endAt), ...alone.map(({ at }) => at)),
      ...(this.#waitedUs !== undefined && { waitedUs: this.#waitedUs }),
      ...leftOutOf(this.#connections, this.#demultiplexer.leftOut),
      ...(this.#options.link && { link: this.#options.link }),
      sources: this.#sources(),
    });
  }

  get #elapsedUs(): number {
    return monotonicUs() - this.#beganAt;
  }

  /** The run's zero is the first connect(). */
  get #zeroUs(): number {
    return this.#connections[0]?.zeroUs ?? 0;
  }

  #sources(): SourceStatus[] {
    const { program, sources } = this.#options;
    return sourcesOfProgram(program, this.#wire, sources, this.#tracer.status());
  }
}
