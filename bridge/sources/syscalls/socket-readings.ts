import type { SocketRow } from '../sockets/socket-table.ts';
import type { ProgramView } from './program-threads.ts';

/** Readings of the kernel's table of sockets, one at a time. A request during a reading leads to one more. */
export class SocketReadings {
  readonly #view: ProgramView;
  readonly #begin: () => (rows: SocketRow[]) => void;
  #reading = false;
  #again = false;
  #closed = false;

  /** @param begin called as a reading begins; what it returns is called with the rows */
  constructor(view: ProgramView, begin: () => (rows: SocketRow[]) => void) {
    this.#view = view;
    this.#begin = begin;
  }

  request(): void {
    this.#again = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    const take = this.#begin();
    this.#view.sockets((rows) => {
      if (this.#closed) return;
      this.#reading = false;
      take(rows);
      if (this.#again && !this.#closed) this.request();
    });
  }

  close(): void {
    this.#closed = true;
  }
}
