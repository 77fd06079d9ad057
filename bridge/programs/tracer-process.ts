import type { Duplex } from 'node:stream';
import { ChildProgram } from '../machine/child-program.ts';
import { BUILT } from '../machine/paths.ts';
import { BRIDGE_LIVES_DESCRIPTOR, TRACER_DESCRIPTOR, type TracerCommand } from '../tracer/report.ts';

/** As in a terminal window, and the probe's channel. */
export const PROGRAM_STDIO = ['terminal', 'terminal', 'terminal', 'pipe'] as const;

/**
 * A tracer that waits for its program. It takes a while to load: so it is started before the program is. It ends with this
 * process, and it leads a process group of its own, to which its program will belong.
 */
export class TracerProcess {
  readonly child: ChildProgram;
  #isAlive: boolean;

  constructor() {
    this.child = new ChildProgram([process.execPath, BUILT.tracer], {
      detached: true,
      stdio: [...PROGRAM_STDIO, 'pipe', 'pipe'],
    });
    this.#isAlive = this.child.pid !== undefined;
    void this.child.ended.then(() => (this.#isAlive = false));
    // Without a program, it does not keep this process from ending.
    this.child.unref();
  }

  /** Where the tracer reports. */
  get channel(): Duplex {
    return this.child.stream(TRACER_DESCRIPTOR);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Starts the program. Once only. */
  run(command: TracerCommand): void {
    this.child.ref();
    this.channel.write(`${JSON.stringify(command)}\n`);
  }

  /** Nobody wants more reports. If its first process has ended, what is left of the program goes on untraced. */
  letGo(): void {
    this.child.stream(BRIDGE_LIVES_DESCRIPTOR).end('\n');
  }

  /** Ends a tracer that has no program. */
  end(): void {
    this.child.kill('SIGKILL');
  }
}

/** Keeps one tracer that waits, so that the next program starts at once. */
export class SpareTracer {
  #waiting: TracerProcess | undefined;

  prepare(): void {
    if (!this.#waiting?.isAlive) this.#waiting = new TracerProcess();
  }

  take(): TracerProcess {
    this.prepare();
    const tracer = this.#waiting!;
    this.#waiting = undefined;
    return tracer;
  }

  end(): void {
    this.#waiting?.end();
    this.#waiting = undefined;
  }
}
