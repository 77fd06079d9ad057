import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import { Terminal } from './terminal/terminal.ts';

/** How a program ended, or why it could not be started. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started; the `code` is an errno name. */
  error?: NodeJS.ErrnoException;
}

export interface ChildOptions {
  /**
   * What each of its first descriptors is. A terminal is a pipe if this machine has none to give. Standard input shares the
   * terminal of standard output: nobody types there.
   */
  stdio: readonly ('ignore' | 'pipe' | 'terminal')[];
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
  /** By descriptor: this side of its pipe. */
  readonly #pipes: (Duplex | undefined)[];
  /** By descriptor: its terminal, if it does not share one. */
  readonly #terminals: (Terminal | undefined)[];

  constructor([file, ...args]: readonly string[], { stdio, ...options }: ChildOptions) {
    const ownsTerminal = (kind: string, descriptor: number): boolean => kind === 'terminal' && descriptor > 0;
    this.#terminals = stdio.map((kind, descriptor) => (ownsTerminal(kind, descriptor) ? Terminal.open() : undefined));
    const given = stdio.map((kind, descriptor) => {
      const terminal = this.#terminals[descriptor || 1];
      return kind === 'terminal' ? (terminal?.descriptor ?? 'pipe') : kind;
    });
    let thrown: NodeJS.ErrnoException | undefined;
    try {
      this.#child = spawn(file!, args, { ...options, stdio: given });
    } catch (error) {
      thrown = error as NodeJS.ErrnoException;
    }
    for (const terminal of this.#terminals) terminal?.given();
    this.pid = this.#child?.pid;
    this.#pipes = given.map((kind, descriptor) => (kind === 'pipe' ? this.#pipeOf(descriptor) : undefined));
    this.ended = thrown ? Promise.resolve({ code: null, signal: null, error: thrown }) : this.#whenEnded();
    this.started = this.pid === undefined ? this.ended.then(({ error }) => error) : Promise.resolve(undefined);
  }

  /** The other end of a descriptor that is a pipe. Its errors are handled: the end says enough. */
  stream(descriptor: number): Duplex {
    const stream = this.#pipes[descriptor];
    if (!stream) throw new RangeError(`descriptor ${descriptor} is not a pipe`);
    return stream;
  }

  /** What the program prints on a descriptor that is a pipe or has a terminal. */
  output(descriptor: number): Readable {
    return this.#terminals[descriptor]?.output ?? this.stream(descriptor);
  }

  /** Sends a signal, if the program runs. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    if (this.pid !== undefined) this.#child!.kill(signal);
  }

  /** Closes this side of every stream, even if some process still holds the other. */
  hangUp(): void {
    for (const pipe of this.#pipes) pipe?.destroy();
    for (const terminal of this.#terminals) terminal?.hangUp();
  }

  /** From now on, it does not keep this process from ending. */
  unref(): void {
    this.#each('unref');
  }

  /** From now on, it does again. */
  ref(): void {
    this.#each('ref');
  }

  #each(action: 'ref' | 'unref'): void {
    if (this.pid === undefined) return;
    this.#child![action]();
    // All pipes that Node gives a child are sockets.
    for (const pipe of this.#pipes) (pipe as Socket | undefined)?.[action]();
    for (const terminal of this.#terminals) terminal?.[action]();
  }

  #pipeOf(descriptor: number): Duplex {
    const stream = this.pid === undefined ? undefined : this.#child!.stdio[descriptor];
    const found = (stream as Duplex | null | undefined) ?? new PassThrough().end();
    found.on('error', () => {});
    // The streams of a program that did not start are not used, but they fail all the same.
    if (this.pid === undefined) this.#child?.stdio?.[descriptor]?.on('error', () => {});
    return found;
  }

  async #whenEnded(): Promise<Ending> {
    const ending = await this.#whenClosed();
    if (ending.error) this.hangUp();
    else await Promise.all(this.#terminals.map((terminal) => terminal?.closed));
    return ending;
  }

  #whenClosed(): Promise<Ending> {
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
