import { ConnectionCalls, type CallOnConnection } from '../sources/calls/connection-calls.ts';
import { monotonicUs } from '../machine/clock.ts';
import type { EvidenceSource, Watch } from '../sources/source.ts';
import { ConnectionTally } from '../trace/tcp/connection-tally.ts';
import { BoundedTrace } from '../trace/inference/bounded-trace.ts';
import type { Report } from '../trace/report.ts';
import type { Step } from '../trace/step.ts';
import type { ConnectionSummary, LeftOut } from '../trace/trace.ts';
import { endOfSteps, since, ZeroAtConnect } from '../trace/zero-at-connect.ts';
import type { CarriedConnection } from '../wires/wire.ts';
import { newsAmong } from './batches.ts';
import { reportsEveryCall } from './looking.ts';
import { settled } from './settled.ts';

export interface RunConnectionOptions {
  connection: number;
  /** Whether its trace is kept after its end: it may have to be told again. */
  keeps: boolean;
  /** Microseconds of the monotonic clock: when the run began. */
  beganAt: number;
  /** What sees the server's side. */
  sources: readonly EvidenceSource[];
  /** Whether the wire captures its segments. */
  captured: boolean;
  /** Reports that its trace may hold, and whether the run has room for more. */
  most: number;
  hasRoom(): boolean;
  /** Whether the run may wait for what is sure to come. */
  isInTime(): boolean;
  onReport(connection: RunConnection, report: Report): void;
  /** It is over, and the sources have reported the end. */
  onSettled(connection: RunConnection): void;
}

/** What is known of an end that is not one: the program still has the connection, or was ended with it. */
const UNENDED = 'failed';

/**
 * One connection of a run whose client is a program. It has a trace of its own, like the one of a script; only its times
 * are moved to the run's zero. When it is over and told, it keeps no more than its summary.
 *
 *     client's calls, wire, watches of the sources ─▶ zero at connect() ─▶ trace ─▶ steps from the run's zero
 */
export class RunConnection {
  readonly #options: RunConnectionOptions;
  readonly #calls: ConnectionCalls;
  readonly #tally = new ConnectionTally();
  #watches: readonly Watch[];
  #trace: BoundedTrace | undefined;
  readonly #zero = new ZeroAtConnect((report) => this.#trace?.report(report));
  #sent = new Map<string, string>();
  #carried: CarriedConnection | undefined;
  #onCarried: (() => void) | undefined;
  #counted = 0;
  #port: number | undefined;
  #peer = '';
  #lastAt = 0;
  #outputs = 0;
  #isOver = false;
  #leftOut: LeftOut | undefined;
  #stepsAtEnd: readonly Step[] = [];

  constructor(options: RunConnectionOptions) {
    this.#options = options;
    const { beganAt, sources, most, hasRoom } = options;
    this.#trace = new BoundedTrace(most, hasRoom);
    this.#calls = new ConnectionCalls('client', beganAt, (report) => this.take(report));
    // Without room for a step, nobody needs to look.
    const sink = (report: Report): void => this.take(report);
    this.#watches = hasRoom() ? sources.map((source) => source.watch(beganAt, sink)) : [];
  }

  get connection(): number {
    return this.#options.connection;
  }

  /** Microseconds from the beginning of the run to its connect(). */
  get zeroUs(): number {
    return this.#zero.us;
  }

  /** How many reports its trace holds more than when this was asked before. */
  growth(): number {
    const size = this.#trace?.size ?? this.#counted;
    const growth = size - this.#counted;
    this.#counted = size;
    return growth;
  }

  get leftOut(): LeftOut | undefined {
    return this.#trace?.leftOut ?? this.#leftOut;
  }

  /** All its steps, if it keeps them and is over. */
  get stepsAtEnd(): readonly Step[] {
    return this.#stepsAtEnd;
  }

  call(call: CallOnConnection): void {
    if (call.what === 'connect') this.#peer = call.address;
    this.#calls.report(call);
  }

  /** The client's port is known. */
  knowsPort(port: number): void {
    if (this.#port !== undefined) return;
    this.#port = port;
    for (const watch of this.#watches) watch.connectedFrom(port);
  }

  carriedBy(carried: CarriedConnection): void {
    this.#carried = carried;
    this.#onCarried?.();
  }

  /** No calls show its beginning: it begins with the run. */
  beginsUncalled(): void {
    this.#zero.end();
  }

  /** @throws BridgeError `NOT_HELD` */
  act: CarriedConnection['act'] = (segment, action) => this.#carried?.act(segment, action);

  letGo(): void {
    this.#carried?.letGo();
  }

  take(report: Report): void {
    this.#lastAt = Math.max(this.#lastAt, report.at);
    this.#tally.take(report);
    this.#zero.take(report);
    this.#options.onReport(this, report);
  }

  /** The client program printed a line while this was its newest connection. */
  printed(stream: 'stdout' | 'stderr', line: string, at: number): void {
    const id = `client.output.${this.#outputs++}`;
    this.take({ kind: 'output', id, at, side: 'client', evidence: 'observed', stream, line });
  }

  /** The program is done with it. */
  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { isInTime, onSettled } = this.#options;
    const watches = this.#tally.isConnected ? this.#watches : this.#watches.filter(({ seesAttempts }) => seesAttempts);
    const all = this.#options.captured ? [...watches, this.#onWire()] : watches;
    void settled(all, isInTime).then(() => onSettled(this));
  }

  /** What the wire sees comes another way than the calls do: the end of the connection may be known before its SYN. */
  #onWire(): Pick<Watch, 'whenSettled' | 'busy'> {
    const carried = (): CarriedConnection | undefined => this.#carried;
    return {
      whenSettled: (callback) => {
        this.#onCarried = () => this.#carried!.whenSettled(callback);
        if (this.#carried) this.#onCarried();
      },
      get busy() {
        return carried()?.busy ?? false;
      },
    };
  }

  /** Whether the program is done with it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * What is new of it, in microseconds since `runZero` microseconds after the beginning of the run.
   * @param final nothing more will be reported: its trace is given up afterwards
   */
  news(runZero: number, final: boolean): Step[] {
    const trace = this.#trace;
    if (!trace) return [];
    if (final) this.#zero.end();
    const { beganAt, captured } = this.#options;
    const now = monotonicUs() - beganAt - this.#zero.us;
    const steps = trace.steps({ captured, serverWatched: this.#serverWatched(final), final, now });
    const by = runZero - this.#zero.us;
    const told = by === 0 ? steps : steps.map((step) => since(by, step));
    if (!final) return newsAmong(told, this.#sent);
    this.#lastAt = endOfSteps(steps) + this.#zero.us;
    this.#leftOut = trace.leftOut;
    const news = newsAmong(told, this.#sent);
    for (const watch of this.#watches) watch.stop();
    this.#carried?.stop();
    if (this.#options.keeps) {
      this.#stepsAtEnd = steps;
      return news;
    }
    this.#trace = undefined;
    this.#watches = [];
    this.#carried = undefined;
    this.#onCarried = undefined;
    this.#sent = new Map();
    return news;
  }

  /** All steps are told again from now on. */
  forgetTold(): void {
    this.#sent.clear();
  }

  summary(runZero: number): ConnectionSummary {
    const { outcome = UNENDED, error } = this.#tally;
    return {
      connection: this.connection,
      at: toTenthsOf(this.#zero.us - runZero),
      endAt: toTenthsOf(this.#lastAt - runZero),
      peer: this.#peer,
      ...(this.#port !== undefined && { port: this.#port }),
      outcome,
      ...(error !== undefined && { error }),
      ...(this.leftOut && { leftOut: this.leftOut }),
    };
  }

  #serverWatched(final: boolean): 'yes' | 'no' | 'pending' {
    if (this.#watches.some(({ watchesServer }) => watchesServer)) return 'yes';
    return !final && this.#options.sources.some(reportsEveryCall) ? 'pending' : 'no';
  }
}

function toTenthsOf(us: number): number {
  return Math.round(us * 10) / 10;
}
