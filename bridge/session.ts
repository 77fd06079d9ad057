import { formatAddress } from './address.ts';
import { monotonicUs } from './machine/clock.ts';
import { BridgeError } from './errors.ts';
import type { Limits } from './protocol/messages.ts';
import type { EvidenceSource, Watch } from './sources/source.ts';
import type { LinkSettings, WireAction } from './trace/link.ts';
import type { Outcome, Reply, SourceStatus } from './trace/trace.ts';
import type { Report } from './trace/report.ts';
import type { Script } from './trace/script.ts';
import type { Step } from './trace/step.ts';
import { TraceBuilder } from './trace/inference/trace-builder.ts';
import type { Played } from './wires/script-player.ts';
import type { ClientRun, Wire } from './wires/wire.ts';

export interface SessionOptions {
  script: Script;
  wire: Wire;
  /** How the wire treats the run's packets, where it has a link. */
  link?: LinkSettings;
  /** The server of this run alone, where it is not the wire's own target: its port, and when it is there. */
  server?: { port: number; ready: Promise<void> };
  /** What sees the connection besides its own client and the wire. */
  sources: readonly EvidenceSource[];
  limits: Pick<Limits, 'runMs' | 'heldRunMs' | 'replyBytes' | 'stepsPerRun'>;
  /** New steps, and steps of which more became known. */
  onSteps(steps: Step[]): void;
  /** Called exactly once. */
  onDone(result: RunResult): void;
}

export interface RunResult {
  outcome: Outcome;
  reply?: Reply;
  /** The errno name or the limit behind the outcome, where there was one. */
  error?: string;
  /** When the run began, ISO 8601 in UTC. */
  startedAt: string;
  durationUs: number;
  /** `host:port`, where the run had a server of its own. */
  target?: string;
  /** How the link treated the run's packets, where it was told to. */
  link?: LinkSettings;
  /** The sources that this run really had. */
  sources: SourceStatus[];
}

/** Milliseconds between two tellings of a run that goes on. */
const TICK_MS = 100;
/** Milliseconds that the other sources have, after the client closed, to tell what they saw. */
const SETTLE_MS = 200;

type Ending = { outcome: 'timeout' | 'cancelled' | 'failed'; error?: string };

/**
 * One request = one TCP connection = one trace: has the wire play the script, gathers what every source reports, tells it
 * in batches, and ends exactly once.
 *
 *     script ─▶ wire: client program ─┐
 *     the wire's own capture ─────────┼▶ trace ─▶ steps, steps, …, done
 *     server probe, output … ─────────┘
 */
export class Session {
  readonly #options: SessionOptions;
  /** When the run began, once its wire was ready: milliseconds since 1970. */
  #startedAt = Date.now();
  #zero = monotonicUs();
  readonly #trace = new TraceBuilder();
  #run: ClientRun | undefined;
  #watches: Watch[] = [];
  /** Those of the sources that see something only when they look. */
  #lookers: EvidenceSource[] = [];
  /** The steps that were told, as text; absent before the first telling. */
  #told: Map<string, string> | undefined;
  /** Milliseconds that the run may take. */
  readonly #limitMs: number;
  readonly #timeLimit: NodeJS.Timeout;
  #tick: NodeJS.Timeout | undefined;
  #ending: Ending | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { wire, link, server, limits } = options;
    this.#limitMs = link?.hold ? limits.heldRunMs : limits.runMs;
    this.#timeLimit = setTimeout(() => this.#abort({ outcome: 'timeout', error: 'RUN_TIME' }), this.#limitMs);
    const ready = [wire.ready?.(), server?.ready].filter((promise) => promise !== undefined);
    if (ready.length > 0) void Promise.all(ready).then(() => this.#open());
    else this.#open();
  }

  /** Gives the run up: its connection is aborted, and `done` follows. */
  cancel(): void {
    this.#abort({ outcome: 'cancelled' });
  }

  #open(): void {
    const { wire, script, link, server, limits, sources } = this.#options;
    this.#startedAt = Date.now();
    this.#zero = monotonicUs();
    const sink = (report: Report): void => this.#take(report);
    this.#watches = sources.map((source) => source.watch(this.#zero, sink));
    const onPort = (port: number): void => this.#watches.forEach((watch) => watch.connectedFrom(port));
    this.#lookers = sources.filter((source) => source.look !== undefined && source.status().active);
    this.#run = wire.open({
      script,
      limits,
      unhurried: this.#lookers.length > 0,
      zero: this.#zero,
      sink,
      onPort,
      ...(link && { link }),
      ...(server && { port: server.port }),
    });
    if (this.#run.watch) this.#watches.push(this.#run.watch);
    void this.#run.played.then((played) => this.#played(played));
    if (this.#ending) this.#run.abort();
  }

  /**
   * Does something with a segment of this run that the link holds.
   * @throws BridgeError `LINK_NEEDS_LAB`, `NOT_HELD`
   */
  act(segment: string, action: WireAction): void {
    if (!this.#run?.act) throw new BridgeError('LINK_NEEDS_LAB', 'Only the lab has a wire that can be held.');
    this.#run.act(segment, action);
  }

  async #played(played: Played): Promise<void> {
    clearTimeout(this.#timeLimit);
    const error = played.limit ?? played.error;
    if (error !== undefined) this.#ending ??= { outcome: 'failed', error };
    const durationUs = Math.round(monotonicUs() - this.#zero);
    const connected = played.connected === 'ok';
    await this.#settle(connected ? this.#watches : this.#watches.filter(({ seesAttempts }) => seesAttempts));
    this.#finish(played, durationUs);
  }

  #abort(ending: Ending): void {
    this.#ending ??= ending;
    this.#run?.abort();
  }

  /** Waits until the other sources have told the end of it too, but not for long: a server may never close. */
  #settle(watches: readonly Watch[]): Promise<void> {
    return new Promise((resolve) => {
      let open = watches.length;
      if (open === 0) return resolve();
      let timer: NodeJS.Timeout | undefined;
      // On a busy machine the time may be up before what has long arrived was read: one more look at the descriptors.
      const wait = (): void => void (timer ??= setInterval(() => setImmediate(end), SETTLE_MS));
      const end = (): void => {
        const inTime = monotonicUs() - this.#zero < this.#limitMs * 1000;
        // One that has settled may have come to be busy since: a kernel repeats what is lost.
        if (inTime && watches.some(({ busy }) => busy)) return wait();
        clearInterval(timer);
        resolve();
      };
      for (const watch of watches)
        watch.whenSettled(() => {
          open -= 1;
          // What came together with the last word of a source is still being read: more packets, for one.
          if (open === 0) queueMicrotask(end);
        });
      if (open > 0) wait();
    });
  }

  #take(report: Report): void {
    this.#trace.report(report);
    if (this.#lookers.length > 0 && mayBeNoticed(report)) for (const source of this.#lookers) source.look?.();
    this.#tick ??= setTimeout(() => this.#flush(false), TICK_MS);
    // Not at once: the client is in the middle of the call that it reports.
    if (this.#trace.size > this.#options.limits.stepsPerRun && !this.#ending)
      queueMicrotask(() => this.#abort({ outcome: 'failed', error: 'TOO_MANY_STEPS' }));
  }

  #flush(final: boolean): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    const steps = this.#trace.steps({
      captured: this.#sourcesOfWire().some(({ name, active }) => name === 'capture' && active),
      serverWatched: this.#serverWatched(final),
      final,
      now: monotonicUs() - this.#zero,
    });
    const news = final && !this.#told ? steps : this.#newsAmong(steps);
    if (news.length > 0) this.#options.onSteps(news);
  }

  #newsAmong(steps: readonly Step[]): Step[] {
    const told = (this.#told ??= new Map());
    return steps.filter((step) => {
      const text = JSON.stringify(step);
      if (told.get(step.id) === text) return false;
      told.set(step.id, text);
      return true;
    });
  }

  #serverWatched(final: boolean): 'yes' | 'no' | 'pending' {
    if (this.#watches.some(({ watchesServer }) => watchesServer)) return 'yes';
    const mayYet = this.#sources().some(({ name, active }) => active && WATCHING_SERVER.has(name));
    return mayYet && !final ? 'pending' : 'no';
  }

  #finish(played: Played, durationUs: number): void {
    this.#flush(true);
    for (const watch of this.#watches) watch.stop();
    const { connected, failure, reply } = played;
    const error = this.#ending?.error ?? (connected === 'ok' ? failure : connected);
    this.#options.onDone({
      outcome: this.#ending?.outcome ?? outcomeOf(played),
      ...(reply.length > 0 && { reply: { text: Buffer.from(reply, 'hex').toString('utf8'), hex: reply } }),
      ...(error !== undefined && { error }),
      startedAt: new Date(this.#startedAt).toISOString(),
      durationUs,
      ...this.#target(),
      ...(this.#options.link && { link: this.#options.link }),
      sources: this.#sources(),
    });
  }

  #target(): Pick<RunResult, 'target'> {
    const { server, wire } = this.#options;
    return server ? { target: formatAddress({ host: wire.target.host, port: server.port }) } : {};
  }

  #sources(): SourceStatus[] {
    const ofServer = this.#options.sources.map((source) => source.status());
    return [{ name: 'client-socket', active: true }, ...this.#sourcesOfWire(), ...ofServer];
  }

  #sourcesOfWire(): SourceStatus[] {
    return this.#run?.status?.() ?? this.#options.wire.status();
  }
}

/** Sources that tell every call of a server program. */
const WATCHING_SERVER: ReadonlySet<SourceStatus['name']> = new Set(['server-probe', 'server-strace']);

/** Whether the server's program may be about to notice something, or has just done. */
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
