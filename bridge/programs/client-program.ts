/**
 * The client program of the operator: started anew for each run that asks for it, and ended with all its children. It knows
 * its command and what a run of it needs; it knows no connections, wires or pages.
 *
 *     command ─ run ─▶ process under a tracer that waits ─▶ lines, the tracer's text, its end
 */
import type { Ending } from '../machine/child-program.ts';
import type { CallsChoice } from '../protocol/calls-choice.ts';
import type { WhyNoSource } from '../protocol/remedies.ts';
import { tracerLines } from '../sources/tracer/tracer-lines.ts';
import type { TracerReport } from '../tracer/report.ts';
import { ProgramProcess } from './program-process.ts';
import { SpareTracer } from './tracer-process.ts';

export interface ClientProgramOptions {
  /** A shell's command line. */
  command: string;
  /** What comes before the command, to run it on a host of the lab. */
  prefix: () => string[];
  /** How its calls become known. */
  calls: CallsChoice;
}

/** What a run of the program is told. */
export interface ClientEvents {
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** The tracer has reported. */
  onTraced(report: TracerReport): void;
  /** Every process of the program that its tracer knows. */
  tracedProcesses(): ReadonlySet<number>;
  /** The tracer ended before it could do anything: the program runs without it. */
  onTracerLost(): void;
  /** It has ended and its outputs are read to the end, or it could not be started. */
  onEnd(ending: Ending): void;
}

/** A program whose connections a run shows, whoever starts it. */
export interface FollowedProgram {
  /** Whether its calls are traced, if the machine permits it. */
  readonly isTraced: boolean;
  /** Why they are not, if that is known before it begins. */
  readonly whyUntraced: WhyNoSource;
  /** Whether what it prints is reported. */
  readonly isHeard: boolean;
  /** The run begins. From now on, it is told what becomes known of the program. */
  start(events: ClientEvents): StartedProgram;
}

export interface StartedProgram {
  /** Its first process has ended, while others go on. */
  exited(): void;
  /** Processes that it has left behind end too. */
  endRest(): void;
  /** Ends it; `onEnd` follows. */
  stop(): Promise<void>;
}

export class ClientProgram implements FollowedProgram {
  readonly isHeard = true;
  readonly #options: ClientProgramOptions;
  readonly #spareTracer = new SpareTracer();
  readonly #running = new Set<ProgramProcess>();
  #isStopped = false;

  constructor(options: ClientProgramOptions) {
    this.#options = options;
    this.#prepare();
  }

  get command(): string {
    return this.#options.command;
  }

  get isTraced(): boolean {
    const { calls } = this.#options;
    return process.platform === 'linux' && (calls === 'auto' || calls === 'tracer');
  }

  get whyUntraced(): WhyNoSource {
    return process.platform === 'linux' ? 'CALLS_NOT_ASKED' : 'NOT_LINUX';
  }

  /** How many runs of it there are now. */
  get runs(): number {
    return this.#running.size;
  }

  start({ onEnd, onTraced, ...events }: ClientEvents): StartedProgram {
    const { command, prefix } = this.#options;
    const before = prefix();
    const lines = tracerLines(onTraced);
    const started: ProgramProcess = new ProgramProcess({
      command: [...before, '/bin/sh', '-c', command],
      // Python holds back what it prints to a pipe, unless this is set.
      environment: { ...process.env, PYTHONUNBUFFERED: '1' },
      endsWithItsHost: before.length > 0,
      tracer: this.isTraced ? this.#spareTracer.take() : undefined,
      ...events,
      onTrace: (text) => lines.feed(text),
      // A line that is not finished is told when it is.
      onUnfinished: () => {},
      onReport: () => {},
      onEnd: (ending) => {
        lines.end();
        this.#running.delete(started);
        this.#prepare();
        onEnd(ending);
      },
    });
    this.#running.add(started);
    return started;
  }

  /** Resolves when none of its processes is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#spareTracer.end();
    await Promise.all([...this.#running].map((each) => each.stop()));
  }

  /** A tracer takes a while to load: so it is started before the program is. */
  #prepare(): void {
    if (this.isTraced && !this.#isStopped) this.#spareTracer.prepare();
  }
}
