import { spawn, type ChildProcess } from 'node:child_process';
import { PassThrough, type Duplex } from 'node:stream';

/** How a program ended, or why it could not be started. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started; the `code` is an errno name. */
  error?: NodeJS.ErrnoException;
}

export interface ChildOptions {
  /** What each of its first descriptors is. */
  stdio: readonly ('ignore' | 'pipe')[];
  /** Give it a process group of its own. */
  detached?: boolean;
  env?: NodeJS.ProcessEnv;
}

/**
 * A program that this process starts. `spawn` fails in a different way for each reason: it throws (ENOMEM), returns a child
 * without streams (EMFILE), or one whose streams fail one by one (EAGAIN). Before the failure is known, its `kill` would
 * signal this process's own group. Here all failures look the same: the constructor never throws, every stream that was
 * asked for is there, and `ended` says why the program could not be started.
 *
 *     new ─┬─ pid ───────▶ runs ─▶ ended { code, signal }
 *          └─ undefined ─────────▶ ended { error }         its streams are at their end
 */
export class ChildProgram {
  /** Undefined if the program could not be started. */
  readonly pid: number | undefined;
  /** Resolves, never rejects, when it has ended and its outputs are read to the end, or if it could not be started. */
  readonly ended: Promise<Ending>;
  /** Resolves when it is known whether the program could be started: with the error if it could not. */
  readonly started: Promise<NodeJS.ErrnoException | undefined>;
  readonly #child: ChildProcess | undefined;
  readonly #streams: (Duplex | undefined)[];

  constructor([file, ...args]: readonly string[], { stdio, ...options }: ChildOptions) {
    let thrown: NodeJS.ErrnoException | undefined;
    try {
      this.#child = spawn(file!, args, { ...options, stdio: [...stdio] });
    } catch (error) {
      thrown = error as NodeJS.ErrnoException;
    }
    this.pid = this.#child?.pid;
    this.#streams = stdio.map((kind, descriptor) => (kind === 'pipe' ? this.#streamOf(descriptor) : undefined));
    this.ended = thrown ? Promise.resolve({ code: null, signal: null, error: thrown }) : this.#whenEnded();
    this.started = this.pid === undefined ? this.ended.then(({ error }) => error) : Promise.resolve(undefined);
  }

  /** The other end of a descriptor that is a pipe. Its errors are handled: the end says enough. */
  stream(descriptor: number): Duplex {
    const stream = this.#streams[descriptor];
    if (!stream) throw new RangeError(`descriptor ${descriptor} is not a pipe`);
    return stream;
  }

  /** Sends a signal, if the program runs. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    if (this.pid !== undefined) this.#child!.kill(signal);
  }

  /** Closes this side of every stream, even if some process still holds the other. */
  hangUp(): void {
    for (const stream of this.#streams) stream?.destroy();
  }

  /** From now on, it does not keep this process from ending. */
  unref(): void {
    this.#child?.unref();
  }

  /** From now on, it does again. */
  ref(): void {
    this.#child?.ref();
  }

  #streamOf(descriptor: number): Duplex {
    const stream = this.pid === undefined ? undefined : this.#child!.stdio[descriptor];
    const found = (stream as Duplex | null | undefined) ?? new PassThrough().end();
    found.on('error', () => {});
    // The streams of a program that did not start are not used, but they fail all the same.
    if (this.pid === undefined) this.#child?.stdio?.[descriptor]?.on('error', () => {});
    return found;
  }

  #whenEnded(): Promise<Ending> {
    const child = this.#child!;
    return new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }));
      // A signal that could not be sent is an error too.
      child.on('error', (error) => {
        if (this.pid === undefined) resolve({ code: null, signal: null, error });
      });
    });
  }
}
