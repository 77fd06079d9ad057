/**
 * One request, which is one TCP connection and one trace. A session has the wire play the script, gathers what every
 * source reports, passes the steps on in batches, and ends exactly once. It knows wires and sources only by their
 * interfaces, and nothing of pages and messages.
 *
 *     script ─▶ wire: client program ─┐
 *     the wire's own capture ─────────┼▶ zero at connect() ─▶ trace ─▶ steps, steps, …, done
 *     server probe, output … ─────────┘
 */
import { formatAddress, type Address } from './address.ts';
import { monotonicUs } from './machine/clock.ts';
import { BridgeError } from './errors.ts';
import type { Limits } from './protocol/limits.ts';
import { describeSource, type EvidenceSource, type Watch } from './sources/source.ts';
import type { WireAction } from './trace/link.ts';
import type { Outcome, SourceStatus } from './trace/trace.ts';
import type { Report } from './trace/report.ts';
import { plainScript, type Script } from './trace/script.ts';
import type { Step } from './trace/step.ts';
import { BoundedTrace } from './trace/inference/bounded-trace.ts';
import { endOfSteps, ZeroAtConnect } from './trace/zero-at-connect.ts';
import { mayBeNoticed, reportsEveryCall } from './runs/looking.ts';
import { newsAmong, untilNextBatch } from './runs/batches.ts';
import type { RunResult } from './runs/run-result.ts';
import { settled } from './runs/settled.ts';
import type { Played } from './wires/script-player.ts';
import { expectLink, type ClientRun, type Wire } from './wires/wire.ts';
import { whenReachable, type Reachable } from './runs/when-reachable.ts';

export interface SessionOptions extends Reachable {
  script: Script;
  /**
   * A server for this run alone; `ready` resolves when it listens, or with the reason why it never will. If absent, the
   * server is the wire's target.
   */
  server?: { port: number; ready: Promise<string | undefined> };
  /** Where the wire's client reaches the server program, asked when it connects. If absent, at the wire's target. */
  whereReached?: () => Address;
  /** Called when the client's own port is known, before anything is heard from the server. */
  onPort?(port: number): void;
  /** What sees the server's side of the connection. */
  sources: readonly EvidenceSource[];
  limits: Pick<Limits, 'runMs' | 'heldRunMs' | 'replyBytes' | 'stepsPerRun'>;
  /** Called with new steps, and with earlier ones of which more is known now. */
  onSteps(steps: Step[]): void;
  /** Called exactly once. */
  onDone(result: RunResult): void;
}

type Ending = { outcome: 'timeout' | 'cancelled' | 'failed'; error?: string };

/** The status of the client's own socket: every wire has it. */
export const CLIENT_STATUS: SourceStatus = { name: 'client-socket', active: true, tells: 'calls', side: 'client' };

export class Session {
  readonly #options: SessionOptions;
  #wire: Wire;
  /** When the run began, which is when its wire was ready: milliseconds since 1970. */
  #startedAt = Date.now();
  /** The same moment on the clock of the sources. */
  #beganAt = monotonicUs();
  readonly #trace: BoundedTrace;
  readonly #zero = new ZeroAtConnect((report) => this.#trace.report(report));
  /** Until its server listens, or need not be waited for. */
  #isWaiting = true;
  #waitedUs: number | undefined;
  /** Where the client connects to. */
  #target: Address;
  #run: ClientRun | undefined;
  #watches: Watch[] = [];
  /** The sources that see something only when they look. */
  #lookers: EvidenceSource[] = [];
  /** The steps that were passed on, as text, by id; absent before the first batch. */
  #sent: Map<string, string> | undefined;
  /** Milliseconds that the run may take. */
  readonly #limitMs: number;
  readonly #timeLimit: NodeJS.Timeout;
  #tick: NodeJS.Timeout | undefined;
  /** What the last batch took. */
  #flushMs = 0;
  #ending: Ending | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { wire, link, server, limits } = options;
    this.#wire = wire;
    this.#target = { ...wire.target, ...(server && { port: server.port }) };
    this.#trace = new BoundedTrace(limits.stepsPerRun);
    this.#limitMs = link?.hold ? limits.heldRunMs : limits.runMs;
    this.#timeLimit = setTimeout(() => this.#abort({ outcome: 'timeout', error: 'RUN_TIME' }), this.#limitMs);
    if (server) void server.ready.then((fault) => (fault === undefined ? this.#openWhenReady() : this.#failed(fault)));
    else
      whenReachable(
        options,
        (reached, hasWaited) => this.#reached(reached, hasWaited),
        (code) => this.#failed(code),
      );
  }

  /** Aborts the run's connection; `onDone` follows. */
  cancel(): void {
    this.#abort({ outcome: 'cancelled' });
  }

  #reached(wire: Wire, hasWaited: boolean): void {
    this.#wire = wire;
    if (hasWaited && this.#isWaiting) this.#waitedUs = this.#elapsedUs;
    this.#openWhenReady();
  }

  #openWhenReady(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    const ready = this.#wire.ready?.();
    if (ready) void ready.then(() => this.#open());
    else this.#open();
  }

  /** Ends the run before it has opened a connection. */
  #failed(error: string): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    clearTimeout(this.#timeLimit);
    this.#finish({ connected: error, ownReset: false, reply: '' });
  }

  #open(): void {
    const { script, link, limits, sources, whereReached } = this.#options;
    if (whereReached) this.#target = whereReached();
    this.#startedAt = Date.now();
    this.#beganAt = monotonicUs();
    const sink = (report: Report): void => this.#take(report);
    this.#watches = sources.map((source) => source.watch(this.#beganAt, sink));
    const onPort = (port: number): void => {
      this.#options.onPort?.(port);
      for (const watch of this.#watches) watch.connectedFrom(port);
    };
    this.#lookers = sources.filter((source) => source.look !== undefined && source.status().active);
    this.#run = this.#wire.open({
      script,
      limits,
      paced: this.#lookers.length > 0,
      zero: this.#beganAt,
      sink,
      onPort,
      ...(link && { link }),
      ...this.#target,
    });
    if (this.#run.watch) this.#watches.push(this.#run.watch);
    void this.#run.played.then((played) => this.#played(played));
    if (this.#ending) this.#run.abort();
  }

  /**
   * Delivers, drops or duplicates a segment of this run that the link holds.
   * @throws BridgeError `LINK_NEEDS_LAB`, `NOT_HELD`
   */
  act(segment: string, action: WireAction): void {
    expectLink(this.#wire);
    if (!this.#run?.act) throw new BridgeError('NOT_HELD', 'No segment is held before the run has begun.');
    this.#run.act(segment, action);
  }

  async #played(played: Played): Promise<void> {
    clearTimeout(this.#timeLimit);
    const error = played.limit ?? played.error;
    if (error !== undefined) this.#ending ??= { outcome: 'failed', error };
    const connected = played.connected === 'ok';
    const watches = connected ? this.#watches : this.#watches.filter(({ seesAttempts }) => seesAttempts);
    await settled(watches, () => this.#elapsedUs < this.#limitMs * 1000);
    this.#finish(played);
  }

  #abort(ending: Ending): void {
    this.#ending ??= ending;
    if (this.#isWaiting) this.#failed('ECANCELED');
    else this.#run?.abort();
  }

  #take(report: Report): void {
    this.#zero.take(report);
    if (this.#lookers.length > 0 && mayBeNoticed(report)) for (const source of this.#lookers) source.look?.();
    this.#tick ??= setTimeout(() => this.#flush(false), untilNextBatch(this.#flushMs));
  }

  /** Passes on what is new. Returns every step known so far. */
  #flush(final: boolean): Step[] {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    const beganAt = monotonicUs();
    const steps = this.#trace.steps({
      captured: this.#sourcesOfWire().some(({ tells, active }) => tells === 'segments' && active),
      serverWatched: this.#serverWatched(final),
      final,
      now: this.#elapsedUs - this.#zero.us,
    });
    const news = final && !this.#sent ? steps : newsAmong(steps, (this.#sent ??= new Map()));
    if (news.length > 0) this.#options.onSteps(news);
    this.#flushMs = (monotonicUs() - beganAt) / 1000;
    return steps;
  }

  #serverWatched(final: boolean): 'yes' | 'no' | 'pending' {
    if (this.#watches.some(({ watchesServer }) => watchesServer)) return 'yes';
    return !final && this.#options.sources.some(reportsEveryCall) ? 'pending' : 'no';
  }

  #finish(played: Played): void {
    this.#zero.end();
    const steps = this.#flush(true);
    for (const watch of this.#watches) watch.stop();
    const { connected, failure, reply } = played;
    const error = this.#ending?.error ?? (connected === 'ok' ? failure : connected);
    this.#options.onDone({
      outcome: this.#ending?.outcome ?? outcomeOf(played),
      ...(reply.length > 0 && { reply: { text: Buffer.from(reply, 'hex').toString('utf8'), hex: reply } }),
      ...(error !== undefined && { error }),
      startedAt: new Date(this.#startedAt + this.#zero.us / 1000).toISOString(),
      durationUs: endOfSteps(steps),
      ...(this.#waitedUs !== undefined && { waitedUs: this.#waitedUs }),
      ...(this.#trace.leftOut && { leftOut: this.#trace.leftOut }),
      ...(!this.#isTargetOfWire && { target: formatAddress(this.#target) }),
      ...(this.#options.link && { link: this.#options.link }),
      sources: this.#sources(),
    });
  }

  get #elapsedUs(): number {
    return monotonicUs() - this.#beganAt;
  }

  get #isTargetOfWire(): boolean {
    const { host, port } = this.#wire.target;
    return this.#target.host === host && this.#target.port === port;
  }

  #sources(): SourceStatus[] {
    return [CLIENT_STATUS, ...this.#sourcesOfWire(), ...this.#options.sources.map(describeSource)];
  }

  #sourcesOfWire(): SourceStatus[] {
    return this.#run?.status?.() ?? this.#wire.status();
  }
}

/**
 * Plays one run that nobody sees, against a listener of the wire's own.
 * @param under where the run is listed while it is under way
 */
export function playUnseen(
  wire: Wire,
  port: number,
  limits: SessionOptions['limits'],
  under: { add(session: Session): () => void },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const session: Session = new Session({
      script: plainScript(1n),
      wire,
      server: { port, ready: Promise.resolve(undefined) },
      sources: [],
      limits,
      onSteps: () => {},
      onDone: ({ outcome }) => {
        leave();
        resolve(outcome);
      },
    });
    const leave = under.add(session);
  });
}

function outcomeOf({ connected, peerEnd, ownReset, reply }: Played): Outcome {
  if (connected === 'ECONNREFUSED') return 'refused';
  if (connected === 'ETIMEDOUT') return 'timeout';
  if (connected !== 'ok' && peerEnd !== 'rst') return 'failed';
  if (peerEnd === 'rst' || (ownReset && peerEnd !== 'fin')) return 'reset';
  return reply.length > 0 ? 'replied' : 'silent';
}
