import { fstatSync, writeSync } from 'node:fs';
import type { ProbeReport } from './report.ts';

/**
 * Whether a bridge has passed this descriptor. Node gives its children sockets as pipes. A Node process opens no socket
 * for itself as it starts, and a shell redirects to pipes and files only.
 */
export function isChannel(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}

/**
 * The connection to the bridge. A report is in the kernel when `send` returns, so that none is lost if the server then
 * exits or crashes. It never throws: if the bridge is gone, it stays silent from then on.
 */
export class Channel {
  readonly #descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** False if nobody reads the reports any more. */
  get open(): boolean {
    return this.#open;
  }

  send(report: ProbeReport): void {
    if (!this.#open) return;
    const line = `${JSON.stringify(report)}\n`;
    try {
      // Nearly always the kernel takes the whole line. Reports are ASCII, so a length in characters is one in bytes.
      const written = this.#write(line);
      if (written < line.length) this.#writeAll(Buffer.from(line).subarray(written));
    } catch {
      this.#open = false;
    }
  }

  #writeAll(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(this.#write(rest));
  }

  /** Waits for a bridge that reads slowly: a report may come late, but none is left out. */
  #write(data: string | Buffer): number {
    for (;;) {
      try {
        return typeof data === 'string' ? writeSync(this.#descriptor, data) : writeSync(this.#descriptor, data);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        Atomics.wait(unchanging, 0, 0, 1);
      }
    }
  }
}

/** Nothing changes this value: waiting for a change is a way to sleep. */
const unchanging = new Int32Array(new SharedArrayBuffer(4));
