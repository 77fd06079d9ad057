/** A connection, a listening socket, or whatever else a descriptor stands for. */
export interface Held {
  /** Tables of descriptors in which it stands: fork() copies them, and only the last close() ends a connection. */
  holders: number;
}

/**
 * Which thread's descriptor stands for what, in all processes of a program: threads share a table of descriptors,
 * fork() copies it.
 */
export class StraceDescriptors<What extends Held> {
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

  /** Answers what was given up, where this was the last descriptor for it. */
  close(pid: number, descriptor: number): What | undefined {
    const table = this.#tables.get(pid);
    return table && this.#drop(table, descriptor);
  }

  /** @param shared whether both use one table (CLONE_FILES) */
  cloned(parent: number, child: number, shared: boolean): void {
    if (this.#tables.has(child)) return;
    const table = this.#tableOf(parent);
    if (!shared) for (const what of table.values()) what.holders += 1;
    this.#tables.set(child, shared ? table : new Map(table));
  }

  /** Answers what is given up by the end of this thread. */
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
