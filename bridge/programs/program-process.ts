import { once } from 'node:events';
import { ChildProgram, type Ending } from '../machine/child-program.ts';
import { endWithThisProcess } from '../machine/end-with-this-process.ts';
import { processesOf, signalGroup, signalProcess } from '../machine/process-group.ts';
import { PROBE_DESCRIPTOR } from '../probe/report.ts';
import { ProgramOutput } from './program-output.ts';
import { PROGRAM_STDIO, type TracerProcess } from './tracer-process.ts';

type Stream = 'stdout' | 'stderr';

export interface ProgramProcessOptions {
  /** The file to run, and its arguments. */
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** A host of the lab ends its programs itself; any other program is ended when this process ends. */
  endsWithItsHost: boolean;
  onLine(stream: Stream, line: string): void;
  /** A line has begun, and for a while nothing follows. The text is empty when it is over. */
  onUnfinished(stream: Stream, text: string): void;
  /** A tracer that waits: the program runs under it. */
  tracer?: TracerProcess | undefined;
  /** The environment variable of Node programs with a probe, which the tracer leaves to the probe. */
  probeVariable?: string | undefined;
  /** Text from the probe's descriptor, split anywhere. */
  onReport(text: string): void;
  /** Text from the tracer, split anywhere. */
  onTrace(text: string): void;
  /** Every process of the program that its tracer knows. */
  tracedProcesses(): ReadonlySet<number>;
  /** The tracer ended before it could do anything: the program runs without it, in another process. */
  onTracerLost(): void;
  /** The process has ended and its outputs are read to the end, or it could not be started. */
  onEnd(ending: Ending): void;
}

/** Milliseconds that a program has to end after SIGTERM before it gets SIGKILL. */
const GRACE_MS = 300;
/** Milliseconds from SIGTERM until the program's outputs are closed, even if some process still holds them. */
const HANG_UP_MS = 450;

/**
 * One run of a program, with every process that it starts. Its input and its outputs are terminals, as in a terminal window.
 * It has a process group of its own, so that the children of the program end with it, and a terminal's Ctrl+C reaches the
 * bridge alone.
 *
 *     group ─ stdout, stderr ─▶ lines          stop ─ SIGTERM ─ 300 ms ─ SIGKILL ─ 150 ms ─ outputs closed
 *           ├ stdio 3 ─▶ the probe's reports
 *           └ stdio 4 ─▶ the tracer's reports, if the program runs under one: it ends as the program ends
 */
export class ProgramProcess {
  readonly #options: ProgramProcessOptions;
  #child: ChildProgram;
  #tracer: TracerProcess | undefined;
  #isStopping = false;

  constructor(options: ProgramProcessOptions) {
    this.#options = options;
    this.#tracer = options.tracer;
    this.#child = this.#tracer ? runUnder(this.#tracer, options) : startAlone(options);
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

  /** The program's processes, wherever they have gone. */
  async processes(): Promise<string[]> {
    const { pid } = this;
    if (pid === undefined) return [];
    const traced = [...this.#options.tracedProcesses()].map(String);
    return [...new Set([...(await processesOf(pid)), ...traced])];
  }

  /** Resolves when no process can print any more. */
  async silent(): Promise<void> {
    const outputs = [this.#child.output(1), this.#child.output(2)];
    await Promise.all(outputs.map((output) => !output.closed && once(output, 'close')));
  }

  /** The program's first process has ended. As without a tracer, the program is over when nobody can print any more. */
  exited(): void {
    void this.silent().then(() => this.letGo());
  }

  /** The program's first process has ended under its tracer. What is left goes on untraced, and is the program no more. */
  letGo(): void {
    this.#tracer?.letGo();
  }

  /** Resolves when the program and its children have ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
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
    if (this.#child.pid === undefined) return;
    for (const left of this.#options.tracedProcesses()) signalProcess(left, signal);
    signalGroup(this.#child.pid, signal);
  }

  #follow(): void {
    const child = this.#child;
    const tracer = this.#tracer;
    if (child.pid !== undefined && !this.#options.endsWithItsHost) void child.ended.then(endWithThisProcess(child.pid));
    child.stream(PROBE_DESCRIPTOR).setEncoding('utf8').on('data', this.#options.onReport);
    if (!tracer) {
      this.#followOutputs();
      return void child.ended.then(this.#options.onEnd);
    }
    let isHeard = false;
    tracer.channel.setEncoding('utf8').on('data', (text: string) => {
      // Until the tracer reports, what it prints is its own complaint.
      if (!isHeard) this.#followOutputs();
      isHeard = true;
      this.#options.onTrace(text);
    });
    tracer.channel.once('close', () => !isHeard && [1, 2].forEach((descriptor) => child.output(descriptor).resume()));
    void child.ended.then((ending) => {
      if (isHeard || ending.error || this.#isStopping) return this.#options.onEnd(ending);
      this.#goOnAlone();
    });
  }

  #goOnAlone(): void {
    this.#tracer = undefined;
    this.#child = startAlone(this.#options);
    this.#options.onTracerLost();
    this.#follow();
  }

  #followOutputs(): void {
    for (const [descriptor, stream] of [
      [1, 'stdout'],
      [2, 'stderr'],
    ] as const)
      new ProgramOutput({
        onLine: (line) => this.#options.onLine(stream, line),
        onUnfinished: (text) => this.#options.onUnfinished(stream, text),
      }).follow(this.#child.output(descriptor));
  }
}

function startAlone({ command, environment }: ProgramProcessOptions): ChildProgram {
  return new ChildProgram(command, { detached: true, stdio: PROGRAM_STDIO, env: environment });
}

function runUnder(tracer: TracerProcess, { command, environment, probeVariable }: ProgramProcessOptions): ChildProgram {
  tracer.run({ command, environment, ...(probeVariable !== undefined && { probeVariable }) });
  return tracer.child;
}
