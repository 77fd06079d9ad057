/**
 * A terminal without a person: a program that prints to one behaves as in a terminal window (pty(7)). It prints each line
 * at once, and may open /dev/stdout. If it reads, it waits, because nobody types. Nothing that it prints is changed. This
 * room knows no programs.
 *
 *     program ─ prints ─▶ terminal ═ kernel ═ master ─▶ output
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { PassThrough, type Readable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { terminalCalls, type TerminalCalls } from './libc.ts';

/** A usual window; wide, because some programs break their lines at its edge. */
const ROWS = 24;
const COLUMNS = 132;

/** A `struct termios` is shorter. Its first words are the flags of input, output, control and local modes. */
const SETTINGS_WORDS = 32;
const OUTPUT_FLAGS = 1;
const LOCAL_FLAGS = 3;
/** From termios(3). */
const OPOST = 0x01;
const ECHO = 0x08;

export class Terminal {
  readonly #reader: ReadStream;
  readonly #output = new PassThrough();
  readonly #copy: number;
  #program: number | undefined;

  /** @returns nothing if this machine has no terminals, or too few descriptors */
  static open(): Terminal | undefined {
    const calls = terminalCalls();
    if (!calls) return undefined;
    const opened: number[] = [];
    try {
      const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
      const master = openSync('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK);
      opened.push(master);
      const path = calls.unlock(master) ? calls.pathOf(master) : undefined;
      if (path === undefined) throw new Error('no terminal');
      const program = openSync(path, O_RDWR | O_NOCTTY);
      opened.push(program);
      setUp(calls, program);
      const copy = calls.duplicate(master);
      if (copy < 0) throw new Error('no descriptor');
      opened.push(copy);
      return new Terminal(new ReadStream(master), program, copy);
    } catch {
      opened.forEach(closeSync);
      return undefined;
    }
  }

  /** @param copy a second descriptor of what `reader` reads */
  private constructor(reader: ReadStream, program: number, copy: number) {
    this.#reader = reader;
    this.#program = program;
    this.#copy = copy;
    reader.on('data', (chunk: Buffer) => this.#output.write(chunk));
    // EIO is how a terminal says that no program has it any more.
    reader.on('error', () => {});
    reader.on('close', () => this.#readRest());
  }

  /** The descriptor for the program. It belongs to this process until `given`. */
  get descriptor(): number {
    return this.#program!;
  }

  /** What programs print. It ends when no program has the terminal any more. */
  get output(): Readable {
    return this.#output;
  }

  /** Resolves when all output has been taken. */
  get closed(): Promise<void> {
    return this.#output.closed ? Promise.resolve() : new Promise((resolve) => this.#output.once('close', resolve));
  }

  /** The program has its copies of the descriptor, or could not be started. */
  given(): void {
    if (this.#program !== undefined) closeSync(this.#program);
    this.#program = undefined;
  }

  /** Takes the terminal away from whoever still has it. */
  hangUp(): void {
    this.given();
    this.#reader.destroy();
  }

  ref(): void {
    this.#reader.ref();
  }

  unref(): void {
    this.#reader.unref();
  }

  /** Node may report the end while the kernel still holds what was printed last. */
  #readRest(): void {
    const chunk = Buffer.alloc(4096);
    try {
      for (let length: number; (length = readSync(this.#copy, chunk)) > 0;)
        this.#output.write(Buffer.from(chunk.subarray(0, length)));
    } catch {
      // EIO: this was all. EAGAIN: a program still has the terminal, but it was taken away.
    }
    closeSync(this.#copy);
    this.#output.end();
  }
}

/** What is printed passes through as it is, and nothing that a program types to itself comes back. */
function setUp(calls: TerminalCalls, terminal: number): void {
  const settings = new Uint32Array(SETTINGS_WORDS);
  if (!calls.getSettings(terminal, settings)) throw new Error('no settings');
  settings[OUTPUT_FLAGS]! &= ~OPOST;
  settings[LOCAL_FLAGS]! &= ~ECHO;
  if (!calls.setSettings(terminal, settings)) throw new Error('no settings');
  calls.setSize(terminal, ROWS, COLUMNS);
}
