/**
 * Reports every call of any server program, as strace sees it, with times, result and first bytes. strace must come before
 * the program's command. This room does not know in which language the program is written.
 *
 *     strace ─ named pipe ─▶ lines ─▶ calls on sockets ─▶ by connection ─▶ the watch of its run
 */
import { realtimeOffsetUs } from '../../machine/clock.ts';
import { LineSplitter } from '../../machine/line-splitter.ts';
import type { WhyNoSource } from '../../protocol/remedies.ts';
import type { Sink } from '../../trace/report.ts';
import { NOTHING_TO_WATCH, type EvidenceSource, type OwnStatus, type Watch } from '../source.ts';
import { StraceNamedPipe } from './named-pipe.ts';
import { SocketCalls } from './socket-calls.ts';
import { tryStrace } from './try-strace.ts';
import { ReportedConnections } from '../calls/reported-connections.ts';

/** No socket call needs a longer line, unless it gathers its bytes from hundreds of buffers. */
const LINE_LENGTH = 1024 * 1024;

export class ServerStrace implements EvidenceSource {
  readonly tells = 'calls';
  readonly side = 'server';
  readonly #port: number;
  readonly #offset: () => number;
  #offsetUs = 0;
  #why: WhyNoSource | undefined = 'STRACE_NOT_ASKED';
  #connections: ReportedConnections;
  #lines: LineSplitter;
  #pipe: StraceNamedPipe | undefined;
  /** Called when the server listens on the port of interest. */
  onListening: (() => void) | undefined;

  /**
   * @param port the port on which the server's listening is of interest
   * @param offset by how many microseconds the realtime clock is ahead of the monotonic one; asked again for each run
   */
  constructor(port: number, offset = realtimeOffsetUs) {
    this.#port = port;
    this.#offset = offset;
    [this.#connections, this.#lines] = this.#readerOfOneProgram();
  }

  status(): OwnStatus {
    if (this.#why !== undefined) return { name: 'server-strace', active: false, why: this.#why };
    return this.#connections.listening
      ? { name: 'server-strace', active: true }
      : { name: 'server-strace', active: false, why: 'NOT_SEEN_LISTENING' };
  }

  get listening(): boolean {
    return this.#connections.listening;
  }

  /**
   * Prepares for a program that is about to start.
   * @param prefix what comes before the command, to run it on another host
   * @returns what to put before the program's command; nothing if strace cannot be used
   */
  command(prefix: readonly string[]): string[] {
    this.#why = tryStrace(prefix);
    if (this.#why !== undefined) return [];
    this.begin();
    try {
      const pipe: StraceNamedPipe = new StraceNamedPipe(
        (text) => this.#pipe === pipe && this.feed(text),
        () => this.#pipe === pipe && this.ended(),
      );
      this.#pipe = pipe;
      return pipe.command;
    } catch {
      this.leave('STRACE_WITHOUT_OUTPUT');
      return [];
    }
  }

  /** strace runs, and its text will come. */
  begin(): void {
    this.#why = undefined;
    this.#offsetUs = this.#offset();
    [this.#connections, this.#lines] = this.#readerOfOneProgram();
    this.#connections.sourceStarted();
  }

  /** Reports nothing from now on. The reason is a stable code. */
  leave(why: WhyNoSource): void {
    this.#connections.ended();
    this.#why ??= why;
  }

  /** The program has ended, and strace with it. What strace wrote before that may still come. */
  programEnded(): void {
    this.#pipe?.finish();
  }

  watch(startedAt: number, sink: Sink): Watch {
    if (this.#why !== undefined) return NOTHING_TO_WATCH;
    // The realtime clock may have been set or corrected since.
    this.#offsetUs = this.#offset();
    return this.#connections.watch(startedAt, sink);
  }

  /** Takes what strace wrote: text, split anywhere. */
  feed(text: string): void {
    if (this.#why === undefined) this.#lines.feed(text);
  }

  /** Everything that strace wrote has been read. */
  ended(): void {
    this.#lines.end();
    this.#connections.ended();
  }

  #readerOfOneProgram(): [ReportedConnections, LineSplitter] {
    const connections = new ReportedConnections(this.#port);
    connections.onListening = () => this.onListening?.();
    const calls = new SocketCalls({
      onReport: (report) => connections.take(report),
      onAbandoned: (connection) => connections.abandoned(connection),
      monotonic: (at) => at - this.#offsetUs,
    });
    return [connections, new LineSplitter(LINE_LENGTH, (line) => calls.line(line))];
  }
}
