import type { Socket } from 'node:net';
import { clientOf } from './client-address.ts';

/**
 * Limits TCP connections: for each address, and in all. A connection is a stranger's until it has shown that it belongs to
 * a user. If no place is free, the oldest stranger has to leave. So nobody who only connects keeps users out, not even
 * those who share his address.
 *
 *     connected ─▶ stranger ─┬─ belongs to a user ─▶ stays
 *                            └─ others need its place ─▶ closed
 */
export class Connections {
  readonly #each: number;
  readonly #all: number;
  readonly #counts = new Map<string, number>();
  readonly #open = new Map<Socket, string>();
  /** The oldest first: of each address, and in all. */
  readonly #strangersOf = new Map<string, Set<Socket>>();
  readonly #strangers = new Set<Socket>();

  constructor(each: number, all: number) {
    this.#each = each;
    this.#all = all;
  }

  /**
   * Takes a place until the connection is closed; returns whether it got one.
   * @param isShared whether many clients share its address: a trusted proxy has no limit of its own
   */
  enter(socket: Socket, isShared = false): boolean {
    const address = clientOf(socket);
    if (!isShared && this.#countOf(address) >= this.#each && !this.#sendAway(this.#strangersOf.get(address)))
      return false;
    if (this.#open.size >= this.#all && !this.#sendAway(this.#strangers)) return false;
    this.#open.set(socket, address);
    this.#counts.set(address, this.#countOf(address) + 1);
    this.#strangers.add(socket);
    const strangers = this.#strangersOf.get(address) ?? new Set();
    this.#strangersOf.set(address, strangers.add(socket));
    socket.once('close', () => this.#leave(socket));
    return true;
  }

  /** The connection belongs to a user: it keeps its place. */
  belongsToUser(socket: Socket): void {
    this.#strangers.delete(socket);
    const address = this.#open.get(socket);
    if (address === undefined) return;
    const strangers = this.#strangersOf.get(address);
    strangers?.delete(socket);
    if (strangers?.size === 0) this.#strangersOf.delete(address);
  }

  #sendAway(strangers: ReadonlySet<Socket> | undefined): boolean {
    const [oldest] = strangers ?? [];
    if (!oldest) return false;
    this.#leave(oldest);
    oldest.destroy();
    return true;
  }

  #leave(socket: Socket): void {
    const address = this.#open.get(socket);
    if (address === undefined) return;
    this.belongsToUser(socket);
    this.#open.delete(socket);
    const left = this.#countOf(address) - 1;
    if (left > 0) this.#counts.set(address, left);
    else this.#counts.delete(address);
  }

  #countOf(address: string): number {
    return this.#counts.get(address) ?? 0;
  }
}
