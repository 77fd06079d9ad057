import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of a program is of interest: its sockets, and what makes and shares descriptors. */
const TRACED = 'network,read,readv,write,writev,sendfile,close,dup,dup2,dup3,fcntl,clone,clone3,fork,vfork';
/** The first bytes of what is sent and received that are told. */
const BYTES_TOLD = 1024;
/** Milliseconds in which strace must have shown that it can be used. */
const TRIAL_MS = 2000;

/**
 * Tries strace on a program that does nothing.
 * @param prefix what stands before a command, to run it elsewhere
 * @returns why it cannot be used, or nothing where it can
 */
export function tryStrace(prefix: readonly string[]): 'STRACE_NOT_INSTALLED' | 'STRACE_NOT_PERMITTED' | undefined {
  if (spawnSync('strace', ['-V'], { stdio: 'ignore' }).error) return 'STRACE_NOT_INSTALLED';
  const [file, ...args] = [...prefix, 'strace', '-f', '-yy', '-o', '/dev/null', '-e', 'trace=close', 'true'];
  return spawnSync(file!, args, { stdio: 'ignore', timeout: TRIAL_MS }).status === 0
    ? undefined
    : 'STRACE_NOT_PERMITTED';
}

/**
 * A way out for what strace writes: a named pipe, as strace opens its output by name, and cannot do so with the sockets
 * that Node gives a child for pipes.
 *
 *     strace -o FOLDER/calls PROGRAM ─▶ named pipe ─▶ text
 */
export class StraceOutput {
  /** What to put before the program's command. */
  readonly command: string[];
  readonly #folder: string;
  readonly #reader: Socket;
  /** Its own writing end: without one, a reader meets the end before strace has opened it. */
  #writer: number | undefined;

  /** @throws where no named pipe can be made */
  constructor(onText: (text: string) => void, onEnd: () => void) {
    this.#folder = mkdtempSync(join(tmpdir(), 'aperto-strace-'));
    try {
      const path = join(this.#folder, 'calls');
      execFileSync('mkfifo', ['-m', '600', path]);
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      this.#writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      this.#reader = new Socket({ fd: descriptor, readable: true, writable: false });
      // prettier-ignore
      this.command = ['strace', '-f', '-yy', '-xx', '-T', '--timestamps=unix,ns', '-s', String(BYTES_TOLD), '-e', `trace=${TRACED}`, '-o', path];
    } catch (error) {
      rmSync(this.#folder, { recursive: true, force: true });
      throw error;
    }
    this.#reader.setEncoding('utf8').on('data', (text: string) => {
      this.finish();
      onText(text);
    });
    this.#reader.on('error', () => {});
    this.#reader.once('close', onEnd);
  }

  /** strace has it open, or never will: from now on its end is the end. */
  finish(): void {
    if (this.#writer === undefined) return;
    closeSync(this.#writer);
    this.#writer = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  close(): void {
    this.finish();
    this.#reader.destroy();
  }
}
