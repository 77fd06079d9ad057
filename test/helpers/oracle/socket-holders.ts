import { FORKS, firstDescriptor } from './strace-lines.ts';

/** Which processes have a descriptor of which socket, from strace's lines alone. */
export class SocketHolders {
  #sockets = 0;
  /** By thread: its process's own. */
  readonly #tables = new Map<number, Map<number, number>>();
  /** The call that makes a process or a thread, and has not returned: the new one may be seen before that. */
  #birth: { pid: number; args: string } | undefined;

  begins(pid: number, name: string, args: string): void {
    if (FORKS.test(name)) this.#birth = { pid, args };
  }

  hasAny(pid: number): boolean {
    return this.#table(pid).size > 0;
  }

  hasAloneAny(pid: number): boolean {
    const own = this.#table(pid);
    const others = [...this.#tables.values()].filter((table) => table !== own).flatMap((table) => [...table.values()]);
    return [...own.values()].some((socket) => !others.includes(socket));
  }

  ended(pid: number): void {
    this.#tables.delete(pid);
  }

  returned(pid: number, name: string, args: string, { value, errno }: { value?: number; errno: string }): void {
    const table = this.#table(pid);
    const { number: descriptor = -1, about = '' } = firstDescriptor(args) ?? {};
    if (name === 'close') table.delete(descriptor);
    if (errno !== 'ok' || value === undefined) return;
    if (FORKS.test(name)) this.#table(value, { pid, args });
    else if (name === 'socket') this.#makes(table, value, /^AF_INET6?, SOCK_STREAM/.test(args));
    else if (name.startsWith('accept')) this.#makes(table, value, about.startsWith('TCP'));
    else if (name.startsWith('dup') || args.includes('F_DUPFD')) copies(table, descriptor, value);
  }

  #makes(table: Map<number, number>, descriptor: number, isTcp: boolean): void {
    if (isTcp) table.set(descriptor, (this.#sockets += 1));
  }

  #table(pid: number, birth = this.#birth): Map<number, number> {
    const known = this.#tables.get(pid);
    if (known) return known;
    const parents = birth && this.#tables.get(birth.pid);
    const isThread = birth?.args.includes('CLONE_THREAD');
    const table = parents && isThread ? parents : new Map(parents);
    this.#tables.set(pid, table);
    return table;
  }
}

/** dup2() closes what its second descriptor stood for. */
function copies(table: Map<number, number>, from: number, to: number): void {
  const socket = table.get(from);
  if (socket === undefined) table.delete(to);
  else table.set(to, socket);
}
