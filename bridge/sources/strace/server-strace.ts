import { realtimeOffsetUs } from '../../machine/clock.ts';
import { LineSplitter } from '../../machine/line-splitter.ts';
import type { WhyNoSource } from '../../protocol/remedies.ts';
import type { Sink } from '../../trace/report.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';
import { StraceCalls } from './calls.ts';
import { StraceOutput, tryStrace } from './output.ts';
import { ToldConnections } from '../calls/connections.ts';

/** No call of a socket is told in a longer line, unless it gathers its bytes from hundreds of places. */
const LINE_LENGTH = 1024 * 1024;

/**
 * Every call of any server program, as strace tells it: with its times, its result and its first bytes.
 *
 *     strace ─▶ lines ─▶ calls ─▶ by connection ─▶ the watch whose port it is
 */
export class ServerStrace implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #port: number;
  readonly #offset: () => number;
  #offsetUs = 0;
  #why: WhyNoSource | undefined = 'STRACE_NOT_ASKED';
  #told: ToldConnections;
  #lines: LineSplitter;
  #output: StraceOutput | undefined;
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /**
   * @param port the port on which the server's listening is of interest
   * @param offset microseconds of the realtime clock before those of the monotonic one; asked again for each run
   */
  constructor(port: number, offset = realtimeOffsetUs) {
    this.#port = port;
    this.#offset = offset;
    [this.#told, this.#lines] = this.#anew();
  }

  status(): OwnStatus {
    if (this.#why !== undefined) return { name: 'server-strace', active: false, why: this.#why };
    return this.#told.listening
      ? { name: 'server-strace', active: true }
      : { name: 'server-strace', active: false, why: 'NOT_SEEN_LISTENING' };
  }

  get listening(): boolean {
    return this.#told.listening;
  }

  /**
   * What to put before the command of a program that is about to be started, so that its calls are told: nothing where
   * strace cannot be used.
   * @param prefix what stands before that, to run it elsewhere
   */
  command(prefix: readonly string[]): string[] {
    this.#why = tryStrace(prefix);
    if (this.#why !== undefined) return [];
    this.begin();
    try {
      const output: StraceOutput = new StraceOutput(
        (text) => this.#output === output && this.feed(text),
        () => this.#output === output && this.ended(),
      );
      this.#output = output;
      return output.command;
    } catch {
      this.leave('STRACE_WITHOUT_OUTPUT');
      return [];
    }
  }

  /** strace runs, and its text will come. */
  begin(): void {
    this.#why = undefined;
    this.#offsetUs = this.#offset();
    [this.#told, this.#lines] = this.#anew();
    this.#told.present = true;
  }

  /** Tells nothing from now on, for this reason: a stable code. */
  leave(why: WhyNoSource): void {
    this.#told.ended();
    this.#why ??= why;
  }

  /** The program has ended, and strace with it: what it wrote until then may still come. */
  programEnded(): void {
    this.#output?.finish();
  }

  watch(startedAt: number, sink: Sink): Watch {
    if (this.#why !== undefined) return NOTHING_TO_WATCH;
    // The realtime clock is set and corrected now and then.
    this.#offsetUs = this.#offset();
    return this.#told.watch(startedAt, sink);
  }

  /** Takes what strace wrote: text, cut anywhere. */
  feed(text: string): void {
    if (this.#why === undefined) this.#lines.feed(text);
  }

  /** strace has ended, and the program with it. */
  ended(): void {
    this.#lines.end();
    this.#told.ended();
  }

  #anew(): [ToldConnections, LineSplitter] {
    const told = new ToldConnections(this.#port);
    told.onListening = () => this.onListening?.();
    const calls = new StraceCalls({
      tell: (report) => told.take(report),
      abandoned: (connection) => told.abandoned(connection),
      monotonic: (at) => at - this.#offsetUs,
    });
    return [told, new LineSplitter(LINE_LENGTH, (line) => calls.line(line))];
  }
}
