import type { Readable } from 'node:stream';
import { ChildProgram, type Ending } from '../machine/child-program.ts';
import { endWithThisProcess } from '../machine/end-with-this-process.ts';
import { LineSplitter } from '../machine/line-splitter.ts';
import { signalGroup } from '../machine/process-group.ts';
import type { TracerProcess } from './tracer-process.ts';
import { PROBE_DESCRIPTOR } from '../probe/report.ts';

export interface ProgramProcessOptions {
  /** The file to run, and its arguments. */
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** A host of the lab ends its programs itself; any other program is ended when this process ends. */
  endsWithItsHost: boolean;
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** A tracer that waits: the program runs under it. */
  tracer?: TracerProcess | undefined;
  /** The environment variable of Node programs with a probe, which the tracer leaves to the probe. */
  probeVariable?: string | undefined;
  /** Text from the probe's descriptor, split anywhere. */
  onReport(text: string): void;
  /** Text from the tracer, split anywhere. */
  onTrace(text: string): void;
  /** The process has ended and its outputs are read to the end, or it could not be started. */
  onEnd(ending: Ending): void;
}

/** Characters of a printed line that are kept. */
const LINE_LENGTH = 2000;
/** Milliseconds that a program has to end after SIGTERM before it gets SIGKILL. */
const GRACE_MS = 300;
/** Milliseconds from SIGTERM until the program's outputs are closed, even if some process still holds them. */
const HANG_UP_MS = 450;

/**
 * One run of a program, with every process that it starts. It has a process group of its own, so that the children of
 * the program end with it, and a terminal's Ctrl+C reaches the bridge alone.
 *
 *     group ─ stdout, stderr ─▶ lines          stop ─ SIGTERM ─ 300 ms ─ SIGKILL ─ 150 ms ─ outputs closed
 *           ├ stdio 3 ─▶ the probe's reports
 *           └ stdio 4 ─▶ the tracer's reports, if the program runs under one: it ends as the program ends
 */
export class ProgramProcess {
  readonly #options: ProgramProcessOptions;
  readonly #child: ChildProgram;

  constructor(options: ProgramProcessOptions) {
    this.#options = options;
    const child = options.tracer ? runUnder(options.tracer, options) : startAlone(options);
    this.#child = child;
    if (child.pid !== undefined && !options.endsWithItsHost) void child.ended.then(endWithThisProcess(child.pid));
    this.#follow();
  }

  /** Undefined if the program could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when it is known whether the program could be started: with the error if it could not. */
  get started(): Promise<NodeJS.ErrnoException | undefined> {
    return this.#child.started;
  }

  /** The program's first process has ended under its tracer, while others go on. */
  exited(): void {
    const { tracer } = this.#options;
    let open = 2;
    // As without a tracer: the program is over when nobody can print any more. What is left then goes on untraced.
    for (const stream of [this.#child.stream(1), this.#child.stream(2)]) {
      const closed = (): void => {
        open -= 1;
        if (open === 0) tracer?.letGo();
      };
      if (stream.closed) closed();
      else stream.once('close', closed);
    }
  }

  /** Resolves when the program and its children have ended. */
  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    const kill = setTimeout(() => this.#signal('SIGKILL'), GRACE_MS);
    // A process that left the group may hold the outputs open, and would keep the bridge from ending.
    const hangUp = setTimeout(() => this.#child.hangUp(), HANG_UP_MS);
    await this.#child.ended;
    clearTimeout(kill);
    clearTimeout(hangUp);
  }

  /** The program is over: processes that it has left behind, without its outputs, end too. */
  endRest(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid !== undefined) signalGroup(this.#child.pid, signal);
  }

  #follow(): void {
    const { onReport, onTrace, onEnd, tracer } = this.#options;
    this.#child.stream(PROBE_DESCRIPTOR).setEncoding('utf8').on('data', onReport);
    tracer?.channel.setEncoding('utf8').on('data', onTrace);
    this.#followOutput(this.#child.stream(1), 'stdout');
    this.#followOutput(this.#child.stream(2), 'stderr');
    void this.#child.ended.then(onEnd);
  }

  #followOutput(readable: Readable, stream: 'stdout' | 'stderr'): void {
    const lines = new LineSplitter(LINE_LENGTH, (line) => this.#options.onLine(stream, line));
    readable.setEncoding('utf8').on('data', (text: string) => lines.feed(text));
    readable.on('end', () => lines.end());
  }
}

function startAlone({ command, environment }: ProgramProcessOptions): ChildProgram {
  return new ChildProgram(command, { detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: environment });
}

function runUnder(tracer: TracerProcess, { command, environment, probeVariable }: ProgramProcessOptions): ChildProgram {
  tracer.run({ command, environment, ...(probeVariable !== undefined && { probeVariable }) });
  return tracer.child;
}
