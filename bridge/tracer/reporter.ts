import { writeSync } from 'node:fs';
import { TRACER_DESCRIPTOR, type TracerReport } from './report.ts';

/** Characters that are gathered at most before they are written. */
const MOST_GATHERED = 65_536;

/** Nothing changes this value: waiting for a change is a way to sleep. */
const unchanging = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes the reports to the bridge, several at a time. If the bridge reads slowly, the program waits: a report may come
 * late, but none is left out. If the bridge has gone, the reports go nowhere.
 */
export class Reporter {
  #text = '';
  #open: boolean;

  /** @param open whether anybody reads the reports */
  constructor(open = true) {
    this.#open = open;
  }

  get hasReports(): boolean {
    return this.#text !== '';
  }

  report(report: TracerReport): void {
    if (!this.#open) return;
    this.#text += `${JSON.stringify(report)}\n`;
    if (this.#text.length > MOST_GATHERED) this.flush();
  }

  flush(): void {
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    for (let rest = bytes; rest.length > 0 && this.#open;) rest = rest.subarray(this.#write(rest));
  }

  #write(bytes: Uint8Array): number {
    for (;;) {
      try {
        return writeSync(TRACER_DESCRIPTOR, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          this.#open = false;
          return bytes.length;
        }
        Atomics.wait(unchanging, 0, 0, 1);
      }
    }
  }
}
