import { monotonicUs } from './clock.ts';
import type { Address } from './address.ts';
import { ClientSocket } from './sources/client-socket.ts';
import type { EvidenceSource, Watch } from './sources/source.ts';
import type { Limits } from './protocol.ts';
import type { Outcome, Reply, Source } from './trace/outcome.ts';
import type { Report } from './trace/report.ts';
import type { Operation, Script } from './trace/script.ts';
import type { Step } from './trace/step.ts';
import { TraceBuilder } from './trace/trace-builder.ts';

export interface SessionOptions {
  script: Script;
  target: Address;
  /** What sees the connection besides its own client. */
  sources: readonly EvidenceSource[];
  limits: Pick<Limits, 'runMs' | 'replyBytes' | 'stepsPerRun'>;
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
  durationUs: number;
  /** The sources that this run really had. */
  sources: Source[];
}

/** Milliseconds between two tellings of a run that goes on. */
const TICK_MS = 100;
/** Milliseconds that the other sources have, after the client closed, to tell what they saw. */
const SETTLE_MS = 200;

type Ending = { outcome: 'timeout' | 'cancelled' | 'failed'; error?: string };

/**
 * One request = one TCP connection = one trace: plays the script, gathers what every source reports, tells it in
 * batches, and ends exactly once.
 *
 *     script ─▶ client socket ─┐
 *     server probe, output … ──┴▶ trace ─▶ steps, steps, …, done
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #zero = monotonicUs();
  readonly #trace = new TraceBuilder();
  readonly #client: ClientSocket;
  readonly #watches: Watch[];
  readonly #told = new Map<string, string>();
  readonly #timeLimit: NodeJS.Timeout;
  #tick: NodeJS.Timeout | undefined;
  #flushed = false;
  #reply: Buffer[] = [];
  #replyBytes = 0;
  #ownReset = false;
  #connectResult = 'ok';
  #ending: Ending | undefined;
  #interrupt: (() => void) | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const sink = (report: Report): void => this.#take(report);
    this.#watches = options.sources.map((source) => source.watch(this.#zero, sink));
    this.#client = new ClientSocket(options.target, this.#zero, sink);
    this.#timeLimit = setTimeout(() => this.#abort({ outcome: 'timeout', error: 'RUN_TIME' }), options.limits.runMs);
    void this.#play();
  }

  /** Gives the run up: its connection is aborted, and `done` follows. */
  cancel(): void {
    this.#abort({ outcome: 'cancelled' });
  }

  async #play(): Promise<void> {
    try {
      this.#connectResult = await this.#client.connect();
      if (this.#connectResult === 'ok') await this.#playScript();
    } catch (error) {
      this.#ending ??= { outcome: 'failed', error: error instanceof Error ? error.message : String(error) };
    }
    this.#client.close();
    clearTimeout(this.#timeLimit);
    const durationUs = Math.round(monotonicUs() - this.#zero);
    if (this.#connectResult === 'ok') await this.#settle();
    this.#finish(durationUs);
  }

  async #playScript(): Promise<void> {
    const port = this.#client.localPort;
    if (port !== undefined) for (const watch of this.#watches) watch.connectedFrom(port);
    for (const operation of this.#options.script) {
      if (this.#ending || !(await this.#perform(operation))) return;
    }
  }

  /** Answers whether the script can go on. */
  async #perform(operation: Operation): Promise<boolean> {
    switch (operation.do) {
      case 'send':
        return (await this.#client.send(Buffer.from(operation.hex, 'hex'))) === 'ok';
      case 'wait':
        await this.#wait(operation.ms);
        return true;
      case 'recv':
        return this.#receive(operation.bytes ?? Infinity);
      case 'shutdown':
        return (await this.#client.shutdown()) === 'ok';
      case 'close':
        this.#client.close();
        return false;
      case 'reset':
        this.#ownReset = true;
        this.#client.reset();
        return false;
    }
  }

  async #receive(wanted: number): Promise<boolean> {
    let missing = wanted;
    while (missing > 0) {
      const bytes = await this.#client.recv(missing);
      if (typeof bytes === 'string') return false;
      if (bytes.length === 0) return true;
      missing -= bytes.length;
      this.#reply.push(bytes);
      this.#replyBytes += bytes.length;
      if (this.#replyBytes > this.#options.limits.replyBytes)
        return this.#abort({ outcome: 'failed', error: 'REPLY_TOO_LARGE' });
    }
    return true;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #abort(ending: Ending): false {
    this.#ending ??= ending;
    this.#client.reset();
    this.#interrupt?.();
    return false;
  }

  /** Waits until the other sources have told the end of it too, but not for long: a server may never close. */
  #settle(): Promise<void> {
    return new Promise((resolve) => {
      let open = this.#watches.length;
      if (open === 0) return resolve();
      // On a busy machine the time may be up before what has long arrived was read: one more look at the descriptors.
      const timer = setTimeout(() => setImmediate(resolve), SETTLE_MS);
      for (const watch of this.#watches)
        watch.whenSettled(() => {
          open -= 1;
          if (open > 0) return;
          clearTimeout(timer);
          resolve();
        });
    });
  }

  #take(report: Report): void {
    this.#trace.report(report);
    this.#tick ??= setTimeout(() => this.#flush(false), TICK_MS);
    // Not at once: the client is in the middle of the call that it reports.
    if (this.#trace.size > this.#options.limits.stepsPerRun && !this.#ending)
      queueMicrotask(() => this.#abort({ outcome: 'failed', error: 'TOO_MANY_STEPS' }));
  }

  #flush(final: boolean): void {
    clearTimeout(this.#tick);
    this.#tick = undefined;
    const steps = this.#trace.steps({
      serverWatched: this.#serverWatched(final),
      final,
      now: monotonicUs() - this.#zero,
    });
    const news = final && !this.#flushed ? steps : steps.filter((step) => this.#isNews(step));
    this.#flushed = true;
    if (news.length > 0) this.#options.onSteps(news);
  }

  #isNews(step: Step): boolean {
    const text = JSON.stringify(step);
    if (this.#told.get(step.id) === text) return false;
    this.#told.set(step.id, text);
    return true;
  }

  #serverWatched(final: boolean): 'yes' | 'no' | 'pending' {
    if (this.#watches.some(({ watchesServer }) => watchesServer)) return 'yes';
    const mayYet = this.#sources().some(({ name, active }) => name === 'server-probe' && active);
    return mayYet && !final ? 'pending' : 'no';
  }

  #finish(durationUs: number): void {
    this.#flush(true);
    for (const watch of this.#watches) watch.stop();
    const error = this.#ending?.error ?? (this.#connectResult === 'ok' ? this.#client.failure : this.#connectResult);
    const reply = Buffer.concat(this.#reply);
    this.#options.onDone({
      outcome: this.#outcome(),
      ...(reply.length > 0 && { reply: { text: reply.toString('utf8'), hex: reply.toString('hex') } }),
      ...(error !== undefined && { error }),
      durationUs,
      sources: this.#sources(),
    });
  }

  #outcome(): Outcome {
    if (this.#ending) return this.#ending.outcome;
    if (this.#connectResult === 'ECONNREFUSED') return 'refused';
    if (this.#connectResult === 'ETIMEDOUT') return 'timeout';
    if (this.#connectResult !== 'ok' && this.#client.peerEnd !== 'rst') return 'failed';
    if (this.#client.peerEnd === 'rst' || (this.#ownReset && this.#client.peerEnd !== 'fin')) return 'reset';
    return this.#replyBytes > 0 ? 'replied' : 'silent';
  }

  #sources(): Source[] {
    return [{ name: 'client-socket', active: true }, ...this.#options.sources.map((source) => source.status())];
  }
}
