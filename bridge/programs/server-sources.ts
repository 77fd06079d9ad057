/**
 * Decides which source reports on a server program. Each call is reported once, by the best source that sees it. No source
 * knows of another.
 *
 *     probe   ─ reports every call of a Node server, from inside
 *     tracer  ─ reports every call of any other program, if the machine permits it
 *     /proc   ─ without either: the calls in which the program blocks, and that its socket listens
 *     output  ─ always: the lines that the program prints
 *
 * To add a source that reports every call: a field, its place in `#callSources`, and what it needs in `prepare`.
 */
import type { Address } from '../address.ts';
import { ServerProbe } from '../sources/probe/server-probe.ts';
import { ServerOutput } from '../sources/server-output.ts';
import { ServerListener } from '../sources/sockets/server-listener.ts';
import type { CallsChoice } from '../protocol/calls-choice.ts';
import { PROBE_VARIABLE } from '../probe/report.ts';
import type { EvidenceSource } from '../sources/source.ts';
import { ProgramThreads } from '../sources/syscalls/program-threads.ts';
import { ServerTracer } from '../sources/tracer/server-tracer.ts';
import { ServerSyscalls } from '../sources/syscalls/server-syscalls.ts';

/** The stable code of a source that a better one has replaced. */
type Code = Parameters<ServerSyscalls['leave']>[0];

/** A source that reports every call of the program. */
interface CallSource extends EvidenceSource {
  /** Whether it has reported that the program listens. */
  readonly listening: boolean;
  /** The IP address to which its listening socket is bound, once it has reported that. */
  readonly boundTo: string | undefined;
  /** Called when the program listens. */
  onListening: (() => void) | undefined;
  /** From now on it reports nothing, and gives this code as the reason. The best source never has to leave. */
  leave?(why: Code): void;
  programEnded(): void;
}

export interface ServerSourcesOptions {
  /** The port on which the program is expected to listen. */
  port: number;
  /** Whether a client's SYN reaches a socket that is bound so. Any other is not reported: it has no part in a run. */
  isReached(bound: Address): boolean;
  /** File URL of the built probe, which a Node server loads before its own code. Without it there is no probe. */
  probe?: string | undefined;
  /** How the program's calls become known. */
  calls: CallsChoice;
  /** A source reports that the program listens. */
  onListening(): void;
  /**
   * The program's first process has ended under the tracer, while others go on.
   * @param byItself whether it ended by itself, without an error
   */
  onExited(byItself: boolean): void;
}

/** What the sources need when a program is about to start. */
export interface Preparation {
  /** Whether it is to run under a tracer. */
  traced: boolean;
  /** The environment variable of Node programs with a probe, which the tracer leaves to the probe. */
  probeVariable?: string;
  /** To be added to the program's environment. */
  environment: NodeJS.ProcessEnv;
}

export class ServerSources {
  readonly #options: ServerSourcesOptions;
  readonly #probe: ServerProbe;
  readonly #tracer: ServerTracer;
  readonly #syscalls: ServerSyscalls;
  readonly #output = new ServerOutput();
  readonly #listener = new ServerListener();
  /** The best first, each with the code that the others give while it reports. */
  readonly #callSources: { source: CallSource; code: Code }[];
  /** Whether the kernel's table has shown that the program listens. */
  #seenListening = false;

  constructor(options: ServerSourcesOptions) {
    this.#options = options;
    const isReached = (host: string): boolean => options.isReached({ host, port: options.port });
    this.#probe = new ServerProbe(options.port, isReached);
    this.#tracer = new ServerTracer(options.port, isReached);
    this.#tracer.onExited = (byItself) => options.onExited(byItself);
    this.#syscalls = new ServerSyscalls(options.port);
    this.#callSources = [
      { source: this.#probe, code: 'SERVER_HAS_PROBE' },
      { source: this.#tracer, code: 'SERVER_HAS_TRACER' },
    ];
    for (const [place, { source }] of this.#callSources.entries())
      source.onListening = () => this.#reportedListening(place);
  }

  get all(): EvidenceSource[] {
    return [this.#probe, this.#tracer, this.#syscalls, this.#output, this.#listener];
  }

  /** Where the program listens, as a source has reported it. */
  get listensOn(): Address[] {
    const host = this.#callSources.find(({ source }) => source.listening)?.source.boundTo;
    return host === undefined ? [] : [{ host, port: this.#options.port }];
  }

  /** The name of the system call in which the program is blocked now, if that is known. */
  get blockedIn(): string | undefined {
    return this.#tracer.blockedIn ?? this.#syscalls.blockedIn();
  }

  /** The program's first process, if the tracer has started it. */
  get tracedProcess(): number | undefined {
    return this.#tracer.process;
  }

  /** Every process of the program that the tracer knows, wherever it has gone. */
  get tracedProcesses(): ReadonlySet<number> {
    return this.#tracer.processes;
  }

  /** Whether a program is to run under a tracer. */
  mayTrace(isForeign: boolean): boolean {
    const { calls } = this.#options;
    return process.platform === 'linux' && (calls === 'tracer' || (calls === 'auto' && isForeign));
  }

  /**
   * The program is about to start.
   * @param isForeign whether it is not our own server, which has the probe and needs no tracer
   */
  prepare(isForeign: boolean): Preparation {
    const { probe, calls } = this.#options;
    this.#output.attach(true);
    const traced = this.mayTrace(isForeign);
    if (traced) this.#tracer.begin();
    const hasProbe = probe !== undefined && (calls === 'auto' || calls === 'probe');
    return {
      traced,
      ...(hasProbe && { probeVariable: PROBE_VARIABLE }),
      environment: hasProbe ? this.#probe.environment(probe) : {},
    };
  }

  /** Takes text from the tracer, split anywhere. */
  feedTracer(text: string): void {
    this.#tracer.feed(text);
  }

  /** The program runs without the tracer that it was to have. */
  tracerLost(): void {
    this.#tracer.leave('TRACER_NOT_LOADED');
  }

  /** Takes text from the probe's descriptor, split anywhere. */
  feedProbe(text: string): void {
    this.#probe.feed(text);
  }

  /** Takes a line that the program printed just now. */
  printed(stream: 'stdout' | 'stderr', line: string): void {
    this.#output.line(stream, line);
  }

  /** The kernel's table shows that a process of this group listens. */
  seenListening(processGroup: number): void {
    this.#seenListening = true;
    const place = this.#callSources.findIndex(({ source }) => source.listening);
    if (place >= 0) return this.#letReport(place);
    this.#listener.saw(true);
    if (this.#options.calls === 'none') this.#syscalls.leave('CALLS_NOT_ASKED');
    else this.#syscalls.begin(new ProgramThreads(processGroup, this.#options.port, this.#tracer.process));
  }

  /** @param byItself whether the program came to its own end, without an error */
  programEnded(byItself: boolean): void {
    this.#seenListening = false;
    for (const { source } of this.#callSources) source.programEnded();
    this.#syscalls.ended(byItself);
    this.#listener.saw(false);
    this.#output.attach(false);
  }

  /** The best source reports at once. Others wait for the kernel's table to show the socket: a better one may come. */
  #reportedListening(place: number): void {
    if (place === 0 || this.#seenListening) this.#letReport(place);
  }

  #letReport(place: number): void {
    const { code } = this.#callSources[place]!;
    for (const { source } of this.#callSources.slice(place + 1)) source.leave?.(code);
    // This source knows since when the program listens. The kernel's table only shows that it does.
    this.#listener.saw(false);
    this.#syscalls.leave(code);
    this.#options.onListening();
  }
}
