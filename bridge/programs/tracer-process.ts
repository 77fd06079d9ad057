import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ChildProgram } from '../machine/child-program.ts';
import { BUILT } from '../machine/paths.ts';
import { BRIDGE_LIVES_DESCRIPTOR, TRACER_DESCRIPTOR, type TracerCommand } from '../tracer/report.ts';

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
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.#isAlive = this.child.pid !== undefined;
    void this.child.ended.then(() => (this.#isAlive = false));
    this.#letLoopEnd('unref');
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
    this.#letLoopEnd('ref');
    this.channel.write(`${JSON.stringify(command)}\n`);
  }

  /** Nobody wants more reports. If its first process has ended, what is left of the program goes on untraced. */
  letGo(): void {
    this.child.stream(BRIDGE_LIVES_DESCRIPTOR).destroy();
  }

  /** Ends a tracer that has no program. */
  end(): void {
    this.child.kill('SIGKILL');
  }

  /** A tracer without a program does not keep this process from ending. */
  #letLoopEnd(action: 'ref' | 'unref'): void {
    if (this.child.pid === undefined) return;
    this.child[action]();
    // All pipes that Node gives a child are sockets.
    for (const descriptor of [1, 2, 3, TRACER_DESCRIPTOR, BRIDGE_LIVES_DESCRIPTOR])
      (this.child.stream(descriptor) as Socket)[action]();
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
