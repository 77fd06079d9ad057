import { NOTHING_OF_INTEREST, type Held, type KernelObjects } from './kernel-objects.ts';

type Table = Map<number, Held | typeof NOTHING_OF_INTEREST>;

/**
 * What each descriptor of a program stands for, process by process. The kernel is asked once for each descriptor, when a
 * call first uses it; afterwards the calls that make, copy and close descriptors keep the tables true.
 *
 *     process ─ descriptor ─▶ socket, set of sockets, or nothing of interest
 */
export class DescriptorTables {
  readonly #objects: KernelObjects;
  readonly #tables = new Map<number, Table>();
  readonly #onReleased: (held: Held) => void;
  /** How many descriptors of each are in messages that nobody has received yet. */
  readonly #inMessages = new Map<Held, number>();

  /** @param onReleased the last descriptor of something has gone, and no close() of the program did it */
  constructor(objects: KernelObjects, onReleased: (held: Held) => void) {
    this.#objects = objects;
    this.#onReleased = onReleased;
  }

  /** Nothing if the descriptor is not of interest. */
  find(process: number, descriptor: number, isTcp = false): Held | undefined {
    const table = this.#tableOf(process);
    let held = table.get(descriptor);
    if (held === undefined) {
      held = this.#objects.behind(process, descriptor, isTcp) ?? NOTHING_OF_INTEREST;
      this.#put(table, descriptor, held);
    }
    return held === NOTHING_OF_INTEREST ? undefined : held;
  }

  /**
   * A call has returned this new descriptor.
   * @param isTcp whether it is known to be a TCP socket
   */
  made(process: number, descriptor: number, isTcp: boolean): Held | undefined {
    this.forget(process, descriptor);
    return this.find(process, descriptor, isTcp);
  }

  /** A close() of this descriptor begins. Returns what it stood for, and whether it was the last to do so. */
  closing(process: number, descriptor: number): { held: Held; last: boolean } | undefined {
    const table = this.#tableOf(process);
    const held = this.find(process, descriptor);
    table.delete(descriptor);
    return held && { held, last: this.#objects.drop(held) };
  }

  /**
   * A close() has returned. Its number was free before that, so another thread may have a new descriptor with this number:
   * what the table has now is right only if the kernel says the same.
   */
  closed(process: number, descriptor: number): void {
    const table = this.#tableOf(process);
    const held = table.get(descriptor);
    if (held === NOTHING_OF_INTEREST) table.delete(descriptor);
    else if (held && !this.#objects.isBehind(held, process, descriptor)) this.forget(process, descriptor);
  }

  /** The descriptor is gone, or stands for something else now. */
  forget(process: number, descriptor: number): void {
    const table = this.#tableOf(process);
    const held = table.get(descriptor);
    table.delete(descriptor);
    this.#release(held);
  }

  /** close_range() has closed these descriptors. */
  forgetRange(process: number, first: number, last: number): void {
    for (const descriptor of [...this.#tableOf(process).keys()])
      if (descriptor >= first && descriptor <= last) this.forget(process, descriptor);
  }

  /** A message with these descriptors is being sent: what they stand for stays open, even if the sender closes them. */
  sending(process: number, descriptors: readonly number[]): Held[] {
    const sent = descriptors.flatMap((descriptor) => this.find(process, descriptor) ?? []);
    for (const held of sent) {
      held.holders += 1;
      this.#inMessages.set(held, (this.#inMessages.get(held) ?? 0) + 1);
    }
    return sent;
  }

  /** The message was not sent. */
  notSent(sent: readonly Held[]): void {
    for (const held of sent) this.#leavesMessage(held);
  }

  /**
   * A message has brought these descriptors.
   * @param isPeeked whether the message is still there, and will bring others
   */
  received(process: number, descriptors: readonly number[], isPeeked: boolean): void {
    for (const descriptor of descriptors) {
      const held = this.made(process, descriptor, false);
      if (held && !isPeeked) this.#leavesMessage(held);
    }
  }

  /** fork() copies the descriptors. */
  forked(parent: number, child: number): void {
    const copy: Table = new Map(this.#tableOf(parent));
    for (const held of copy.values()) if (held !== NOTHING_OF_INTEREST) held.holders += 1;
    this.#tables.set(child, copy);
  }

  /** exec() closes the descriptors that are marked so (FD_CLOEXEC). */
  executed(process: number): void {
    for (const [descriptor, held] of [...this.#tableOf(process)])
      if (held === NOTHING_OF_INTEREST || !this.#objects.isBehind(held, process, descriptor))
        this.forget(process, descriptor);
  }

  ended(process: number): void {
    const table = this.#tables.get(process);
    this.#tables.delete(process);
    for (const held of table?.values() ?? []) this.#release(held);
  }

  #leavesMessage(held: Held): void {
    const count = this.#inMessages.get(held);
    // The message came from another program.
    if (count === undefined) return;
    if (count > 1) this.#inMessages.set(held, count - 1);
    else this.#inMessages.delete(held);
    this.#release(held);
  }

  /** The sockets of a process, as far as its calls have shown them. */
  socketsOf(process: number): Held[] {
    return [...new Set(this.#held(process))].filter(({ kind }) => kind === 'socket');
  }

  /** Those of which no other process has a descriptor: they end with the process. */
  socketsOnlyOf(process: number): Held[] {
    const descriptors = this.#held(process);
    return this.socketsOf(process).filter(
      (socket) => descriptors.filter((held) => held === socket).length === socket.holders,
    );
  }

  #held(process: number): Held[] {
    return [...this.#tableOf(process).values()].filter((held) => held !== NOTHING_OF_INTEREST);
  }

  #put(table: Table, descriptor: number, held: Held | typeof NOTHING_OF_INTEREST): void {
    table.set(descriptor, held);
    if (held !== NOTHING_OF_INTEREST) held.holders += 1;
  }

  #release(held: Held | typeof NOTHING_OF_INTEREST | undefined): void {
    if (held === undefined || held === NOTHING_OF_INTEREST) return;
    if (this.#objects.drop(held)) this.#onReleased(held);
  }

  #tableOf(process: number): Table {
    let table = this.#tables.get(process);
    if (!table) this.#tables.set(process, (table = new Map()));
    return table;
  }
}
