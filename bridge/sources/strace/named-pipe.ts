import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The calls that strace reports: those on sockets, and those that make and share descriptors. */
const TRACED = 'network,read,readv,write,writev,sendfile,close,dup,dup2,dup3,fcntl,clone,clone3,fork,vfork';
/** How many of the first bytes that a call sends or receives strace reports. */
const BYTES_REPORTED = 1024;

/**
 * Carries what strace writes to the bridge. strace opens its output by name, which it cannot do with the sockets that
 * Node gives a child as pipes: so this is a named pipe.
 *
 *     strace -o FOLDER/calls PROGRAM ─▶ named pipe ─▶ text
 */
export class StraceNamedPipe {
  /** What to put before the program's command. */
  readonly command: string[];
  readonly #folder: string;
  readonly #reader: Socket;
  /** A writing end of our own: without one, the reader meets the end before strace has opened the pipe. */
  #writer: number | undefined;

  /** @throws if no named pipe can be made */
  constructor(onText: (text: string) => void, onEnd: () => void) {
    this.#folder = mkdtempSync(join(tmpdir(), 'aperto-strace-'));
    try {
      const path = join(this.#folder, 'calls');
      execFileSync('mkfifo', ['-m', '600', path]);
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      this.#writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      this.#reader = new Socket({ fd: descriptor, readable: true, writable: false });
      // prettier-ignore
      this.command = ['strace', '-f', '-yy', '-xx', '-T', '--timestamps=unix,ns', '-s', String(BYTES_REPORTED), '-e', `trace=${TRACED}`, '-o', path];
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

  /** strace has opened the pipe, or never will: from now on, the pipe ends when strace does. */
  finish(): void {
    if (this.#writer === undefined) return;
    closeSync(this.#writer);
    this.#writer = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
