/** What a descriptor stands for: a connection, a listening socket. */
export interface Held {
  /** How many descriptors stand for it. fork() copies them, and only the last close() ends a connection. */
  holders: number;
}

/**
 * What each descriptor stands for, in all threads and processes of a program. Threads share a table of descriptors;
 * fork() copies it.
 */
export class DescriptorTables<What extends Held> {
  readonly #tables = new Map<number, Map<number, What>>();

  get(pid: number, descriptor: number): What | undefined {
    return this.#tables.get(pid)?.get(descriptor);
  }

  set(pid: number, descriptor: number, what: What): void {
    const table = this.#tableOf(pid);
    this.#drop(table, descriptor);
    table.set(descriptor, what);
    what.holders += 1;
  }

  /** Returns what the descriptor stood for, if it was the last one. */
  close(pid: number, descriptor: number): What | undefined {
    const table = this.#tables.get(pid);
    return table && this.#drop(table, descriptor);
  }

  /** @param shared whether parent and child use one table (CLONE_FILES) */
  cloned(parent: number, child: number, shared: boolean): void {
    if (this.#tables.has(child)) return;
    const table = this.#tableOf(parent);
    if (!shared) for (const what of table.values()) what.holders += 1;
    this.#tables.set(child, shared ? table : new Map(table));
  }

  /** Returns what no descriptor stands for any more, now that this thread has ended. */
  ended(pid: number): What[] {
    const table = this.#tables.get(pid);
    this.#tables.delete(pid);
    if (!table || [...this.#tables.values()].includes(table)) return [];
    return [...table.keys()].flatMap((descriptor) => this.#drop(table, descriptor) ?? []);
  }

  #tableOf(pid: number): Map<number, What> {
    let table = this.#tables.get(pid);
    if (!table) this.#tables.set(pid, (table = new Map()));
    return table;
  }

  #drop(table: Map<number, What>, descriptor: number): What | undefined {
    const what = table.get(descriptor);
    table.delete(descriptor);
    if (!what) return undefined;
    what.holders -= 1;
    return what.holders === 0 ? what : undefined;
  }
}
