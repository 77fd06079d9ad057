import { fstatSync, writeSync } from 'node:fs';
import type { ProbeReport } from './report.ts';

/**
 * Whether `descriptor` is what a bridge passes. Node gives its children sockets as pipes; of the descriptors that a Node
 * process opens for itself as it starts none is one, and a pipe or a file is a shell's redirection.
 */
export function isChannel(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}

/**
 * The way to the bridge. Every report is in the kernel when `tell` returns, so that nothing is lost where the server exits
 * or crashes next. Never throws: where the bridge is gone, it falls silent for good.
 */
export class Channel {
  readonly #descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** False when nobody hears any more, and nothing needs to be told. */
  get open(): boolean {
    return this.#open;
  }

  tell(report: ProbeReport): void {
    if (!this.#open) return;
    const line = `${JSON.stringify(report)}\n`;
    try {
      // Nearly always the kernel takes a line whole, and reports are ASCII: only a remainder is worth making bytes of.
      const written = this.#write(line);
      if (written < line.length) this.#writeAll(Buffer.from(line).subarray(written));
    } catch {
      this.#open = false;
    }
  }

  #writeAll(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#write(rest));
  }

  /** Waits for a bridge that is slow to read: reports may come late, but none is left out. */
  #write(data: string | Buffer): number {
    for (;;) {
      try {
        return typeof data === 'string' ? writeSync(this.#descriptor, data) : writeSync(this.#descriptor, data);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(aMoment, 0, 0, 1);
      }
    }
  }
}

/** Nothing ever changes it: waiting for it is sleeping, here for a millisecond. */
const aMoment = new Int32Array(new SharedArrayBuffer(4));
