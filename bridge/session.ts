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
import type { LinkSettings, WireAction } from './trace/link.ts';
import type { LeftOut, Outcome, Reply, SourceStatus } from './trace/trace.ts';
import type { Report } from './trace/report.ts';
import type { Script } from './trace/script.ts';
import type { Step } from './trace/step.ts';
import { BoundedTrace } from './trace/inference/bounded-trace.ts';
import { endOfSteps, ZeroAtConnect } from './trace/zero-at-connect.ts';
import type { Played } from './wires/script-player.ts';
import { expectLink, type ClientRun, type Wire } from './wires/wire.ts';

export interface SessionOptions {
  script: Script;
  wire: Wire;
  /** How the link treats the run's packets; only for a wire that has one. */
  link?: LinkSettings;
  /**
   * A server for this run alone; `ready` resolves when it listens, or with the reason why it never will. If absent, the
   * server is the wire's target.
   */
  server?: { port: number; ready: Promise<string | undefined> };
  /** Where the wire's client reaches the server program, asked when it connects. If absent, at the wire's target. */
  whereReached?: () => Address;
  /** The server program is still starting: resolves when it listens, or if it is no use to wait any longer. */
  untilListening?: Promise<void> | undefined;
  /** What sees the server's side of the connection. */
  sources: readonly EvidenceSource[];
  limits: Pick<Limits, 'runMs' | 'heldRunMs' | 'replyBytes' | 'stepsPerRun'>;
  /** Called with new steps, and with earlier ones of which more is known now. */
  onSteps(steps: Step[]): void;
  /** Called exactly once. */
  onDone(result: RunResult): void;
}

export interface RunResult {
  outcome: Outcome;
  reply?: Reply;
  /** The errno name or the limit behind the outcome, if there was one. */
  error?: string;
  /** When the client called connect(), ISO 8601 in UTC. */
  startedAt: string;
  /** Microseconds from connect() to the last thing that the steps show. */
  durationUs: number;
  /** Microseconds before connect() that the run waited for the server program to listen, if it did. */
  waitedUs?: number;
  leftOut?: LeftOut;
  /** `host:port`, if that is not the wire's own target. */
  target?: string;
  /** How the link treated the run's packets, if the run had one. */
  link?: LinkSettings;
  /** The sources that this run really had. */
  sources: SourceStatus[];
}

/** Milliseconds between two batches of steps. */
const TICK_MS = 100;
/** The longest share of the time that a run may take for its batches: all its steps are derived anew for each. */
const FLUSH_SHARE = 0.1;
/** Milliseconds that the other sources have after the client closed, to report what they saw. */
const SETTLE_MS = 200;

type Ending = { outcome: 'timeout' | 'cancelled' | 'failed'; error?: string };

/** The status of the client's own socket: every wire has it. */
export const CLIENT_STATUS: SourceStatus = { name: 'client-socket', active: true, tells: 'calls', side: 'client' };

export class Session {
  readonly #options: SessionOptions;
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
    const { wire, link, server, untilListening, limits } = options;
    this.#target = { ...wire.target, ...(server && { port: server.port }) };
    this.#trace = new BoundedTrace(limits.stepsPerRun);
    this.#limitMs = link?.hold ? limits.heldRunMs : limits.runMs;
    this.#timeLimit = setTimeout(() => this.#abort({ outcome: 'timeout', error: 'RUN_TIME' }), this.#limitMs);
    if (server) void server.ready.then((fault) => (fault === undefined ? this.#openWhenReady() : this.#failed(fault)));
    else if (untilListening) void untilListening.then(() => this.#openAfterWait());
    else this.#openWhenReady();
  }

  /** Aborts the run's connection; `onDone` follows. */
  cancel(): void {
    this.#abort({ outcome: 'cancelled' });
  }

  #openAfterWait(): void {
    if (this.#isWaiting) this.#waitedUs = this.#elapsedUs;
    this.#openWhenReady();
  }

  #openWhenReady(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    const ready = this.#options.wire.ready?.();
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
    const { wire, script, link, limits, sources, whereReached } = this.#options;
    if (whereReached) this.#target = whereReached();
    this.#startedAt = Date.now();
    this.#beganAt = monotonicUs();
    const sink = (report: Report): void => this.#take(report);
    this.#watches = sources.map((source) => source.watch(this.#beganAt, sink));
    const onPort = (port: number): void => this.#watches.forEach((watch) => watch.connectedFrom(port));
    this.#lookers = sources.filter((source) => source.look !== undefined && source.status().active);
    this.#run = wire.open({
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
    expectLink(this.#options.wire);
    if (!this.#run?.act) throw new BridgeError('NOT_HELD', 'No segment is held before the run has begun.');
    this.#run.act(segment, action);
  }

  async #played(played: Played): Promise<void> {
    clearTimeout(this.#timeLimit);
    const error = played.limit ?? played.error;
    if (error !== undefined) this.#ending ??= { outcome: 'failed', error };
    const connected = played.connected === 'ok';
    await this.#settle(connected ? this.#watches : this.#watches.filter(({ seesAttempts }) => seesAttempts));
    this.#finish(played);
  }

  #abort(ending: Ending): void {
    this.#ending ??= ending;
    if (this.#isWaiting) this.#failed('ECANCELED');
    else this.#run?.abort();
  }

  /** Waits until the other sources have reported the end too, but not for long: a server may never close. */
  #settle(watches: readonly Watch[]): Promise<void> {
    return new Promise((resolve) => {
      let open = watches.length;
      if (open === 0) return resolve();
      let timer: NodeJS.Timeout | undefined;
      // On a busy machine the timer may fire before the bridge reads what arrived long ago: one more turn reads it.
      const wait = (): void => void (timer ??= setInterval(() => setImmediate(end), SETTLE_MS));
      const end = (): void => {
        const inTime = this.#elapsedUs < this.#limitMs * 1000;
        // A source that has settled may be busy again: a kernel repeats what is lost.
        if (inTime && watches.some(({ busy }) => busy)) return wait();
        clearInterval(timer);
        resolve();
      };
      for (const watch of watches)
        watch.whenSettled(() => {
          open -= 1;
          // Packets that came together with the last report are still being read.
          if (open === 0) queueMicrotask(end);
        });
      if (open > 0) wait();
    });
  }

  #take(report: Report): void {
    this.#zero.take(report);
    if (this.#lookers.length > 0 && mayBeNoticed(report)) for (const source of this.#lookers) source.look?.();
    this.#tick ??= setTimeout(() => this.#flush(false), Math.max(TICK_MS, this.#flushMs / FLUSH_SHARE));
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
    const news = final && !this.#sent ? steps : this.#newsAmong(steps);
    if (news.length > 0) this.#options.onSteps(news);
    this.#flushMs = (monotonicUs() - beganAt) / 1000;
    return steps;
  }

  #newsAmong(steps: readonly Step[]): Step[] {
    const sent = (this.#sent ??= new Map());
    return steps.filter((step) => {
      const text = JSON.stringify(step);
      if (sent.get(step.id) === text) return false;
      sent.set(step.id, text);
      return true;
    });
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
    const { host, port } = this.#options.wire.target;
    return this.#target.host === host && this.#target.port === port;
  }

  #sources(): SourceStatus[] {
    return [CLIENT_STATUS, ...this.#sourcesOfWire(), ...this.#options.sources.map(describeSource)];
  }

  #sourcesOfWire(): SourceStatus[] {
    return this.#run?.status?.() ?? this.#options.wire.status();
  }
}

/** A source that has to look sees some calls only. */
function reportsEveryCall(source: EvidenceSource): boolean {
  return source.tells === 'calls' && source.look === undefined && source.status().active;
}

/** Whether the server program may be about to notice something, or has just noticed it. */
function mayBeNoticed({ kind, side }: Report): boolean {
  return (
    kind === 'segment' ||
    kind === 'sighting' ||
    (kind === 'heard' && side === 'client') ||
    (kind === 'call' && side === 'client')
  );
}

function outcomeOf({ connected, peerEnd, ownReset, reply }: Played): Outcome {
  if (connected === 'ECONNREFUSED') return 'refused';
  if (connected === 'ETIMEDOUT') return 'timeout';
  if (connected !== 'ok' && peerEnd !== 'rst') return 'failed';
  if (peerEnd === 'rst' || (ownReset && peerEnd !== 'fin')) return 'reset';
  return reply.length > 0 ? 'replied' : 'silent';
}
