import { closeSync, openSync, readdirSync, readFile, readlinkSync, readSync } from 'node:fs';
import { monotonicUs } from '../../machine/clock.ts';
import { processesOf } from '../../machine/process-group.ts';
import { socketRows, type SocketRow } from '../sockets/socket-table.ts';

/** What a look at one thread found. */
export interface ThreadSample {
  /** `PID/task/TID`. */
  thread: string;
  /** The text of its /proc/PID/task/TID/syscall; empty if that cannot be read. */
  text: string;
  /** How often it has blocked so far. While this stays the same, and the thread is blocked, it is in the same call. */
  turns: string;
}

/** A program as seen from outside: its threads and their sockets. */
export interface ProgramView {
  threads(): ThreadSample[];
  /** The inode of the socket behind a thread's descriptor; nothing if that is no socket. */
  socketOf(thread: string, descriptor: number): string | undefined;
  /** Calls back with the sockets of the program's network namespace that have its port. */
  sockets(callback: (rows: SocketRow[]) => void): void;
  close(): void;
}

interface Files {
  syscall: number;
  turns: number | undefined;
  children: number | undefined;
}

const TURNS = /^voluntary_ctxt_switches:\s*(\d+)/m;
/** What the file contains for a thread that has ended and that its parent has not waited for yet. */
const ZOMBIE = '-1 0x0 0x0';
/** At most this many threads of a program are looked at. */
const MOST_THREADS = 32;
/** Microseconds until the list of processes and threads is read again. */
export const LIST_GOOD_FOR_US = 1000;
/** The same for the process group: that reading covers every process of the machine. */
const GROUP_GOOD_FOR_US = 250_000;

/** The threads of all processes of a process group. Their files under /proc stay open: a look takes about ten microseconds. */
export class ProgramThreads implements ProgramView {
  readonly #group: number;
  readonly #first: number;
  readonly #port: number;
  readonly #processes = new Set<number>();
  readonly #threads = new Map<string, Files>();
  readonly #buffer = Buffer.alloc(16 * 1024);
  #listedAt = -Infinity;
  #groupAt = -Infinity;
  /** The process whose network namespace is read: the last one with a socket of interest. */
  #networkOf: number;
  #tables = ['tcp', 'tcp6'];
  #closed = false;

  /**
   * @param port only sockets with this port are of interest
   * @param first the program's first process, if the leader of its group is not a part of it
   */
  constructor(group: number, port: number, first = group) {
    this.#group = group;
    this.#first = first;
    this.#port = port;
    this.#networkOf = first;
    this.#processes.add(first);
  }

  threads(): ThreadSample[] {
    this.#list();
    const samples: ThreadSample[] = [];
    for (const [thread, files] of this.#threads) {
      // Read before the call: if the thread wakes in between, the next look notices.
      const turns = files.turns === undefined ? '' : (TURNS.exec(this.#read(files.turns) ?? '')?.[1] ?? '');
      const text = this.#read(files.syscall);
      if (text === undefined || text.startsWith(ZOMBIE)) this.#forget(thread);
      else samples.push({ thread, text, turns });
    }
    return samples;
  }

  socketOf(thread: string, descriptor: number): string | undefined {
    try {
      const pid = thread.slice(0, thread.indexOf('/'));
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined) this.#networkOf = Number(pid);
      return inode;
    } catch {
      return undefined;
    }
  }

  sockets(callback: (rows: SocketRow[]) => void): void {
    const tables = this.#tables;
    let left = tables.length;
    const rows: SocketRow[] = [];
    for (const name of tables)
      readFile(`/proc/${this.#networkOf}/net/${name}`, 'latin1', (error, text) => {
        const found = error ? [] : socketRows(text, this.#port);
        // A table may take milliseconds to read: after the server is found in one, the other is not read again.
        if (found.some(({ state, localPort }) => state === 'LISTEN' && localPort === this.#port)) this.#tables = [name];
        rows.push(...found);
        if (--left === 0 && !this.#closed) callback(rows);
      });
  }

  close(): void {
    this.#closed = true;
    for (const thread of [...this.#threads.keys()]) this.#forget(thread);
  }

  #list(): void {
    const now = monotonicUs();
    if (this.#closed || now - this.#listedAt < LIST_GOOD_FOR_US) return;
    this.#listedAt = now;
    if (now - this.#groupAt > GROUP_GOOD_FOR_US) this.#listGroup(now);
    // The loop also visits the children that it adds.
    for (const pid of this.#processes) this.#listProcess(pid);
  }

  #listProcess(pid: number): void {
    let tasks: string[];
    try {
      tasks = readdirSync(`/proc/${pid}/task`);
    } catch {
      this.#processes.delete(pid);
      return;
    }
    for (const task of tasks) {
      const thread = `${pid}/task/${task}`;
      if (!this.#threads.has(thread)) this.#open(thread);
      const children = this.#threads.get(thread)?.children;
      if (children === undefined) continue;
      for (const child of this.#read(children)?.trim().split(/\s+/) ?? [])
        if (Number(child) > 0) this.#processes.add(Number(child));
    }
  }

  /** A process whose parent has ended is in no list of children, but still in the group. */
  #listGroup(now: number): void {
    this.#groupAt = now;
    void processesOf(this.#group).then((pids) => {
      for (const pid of pids.map(Number)) if (pid !== this.#group || pid === this.#first) this.#processes.add(pid);
    });
  }

  #open(thread: string): void {
    if (this.#threads.size >= MOST_THREADS) return;
    const syscall = openOrNothing(`/proc/${thread}/syscall`);
    if (syscall === undefined) return;
    const turns = openOrNothing(`/proc/${thread}/status`);
    this.#threads.set(thread, { syscall, turns, children: openOrNothing(`/proc/${thread}/children`) });
  }

  #forget(thread: string): void {
    const { syscall, turns, children } = this.#threads.get(thread)!;
    for (const descriptor of [syscall, turns, children]) if (descriptor !== undefined) closeSync(descriptor);
    this.#threads.delete(thread);
  }

  /** Returns nothing if the thread has ended, and an empty text if it may not be looked at. */
  #read(descriptor: number): string | undefined {
    try {
      return this.#buffer.toString('latin1', 0, readSync(descriptor, this.#buffer, 0, this.#buffer.length, 0));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH' ? undefined : '';
    }
  }
}

function openOrNothing(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
