import { commandLineOf } from '../machine/command-line.ts';
import type { ServerStatus } from '../protocol/messages.ts';
import type { EvidenceSource } from '../sources/source.ts';
import { ServerListener } from '../sources/sockets/server-listener.ts';
import { ProgramThreads } from '../sources/syscalls/program-threads.ts';
import { ServerSyscalls } from '../sources/syscalls/server-syscalls.ts';
import { eldestOf, holdersOf } from './own-processes.ts';

/** No process group has this number: only the children of the program's first process belong to it. */
const NO_GROUP = -1;

/**
 * The program that listens on a watched port. The bridge has not started it, so it is found by its socket. If it belongs to
 * the same user, /proc shows in which calls it is blocked.
 */
export class WatchedServer {
  readonly calls: ServerSyscalls;
  readonly listener = new ServerListener();
  readonly #port: number;
  #sockets = '';
  #pid: number | undefined;

  constructor(port: number) {
    this.#port = port;
    this.calls = new ServerSyscalls(port);
  }

  get sources(): EvidenceSource[] {
    return [this.calls, this.listener];
  }

  status(): ServerStatus {
    const pid = this.#pid;
    const command = pid === undefined ? undefined : commandLineOf(pid);
    const blockedIn = pid === undefined ? undefined : this.calls.blockedIn();
    return {
      state: 'external',
      ...(command !== undefined && { command }),
      ...(pid !== undefined && { pid }),
      ...(blockedIn !== undefined && { blockedIn }),
      output: [],
    };
  }

  /**
   * The kernel's table has been read.
   * @returns whether the program is another one now
   */
  listens(sockets: ReadonlySet<string>): boolean {
    const names = [...sockets].sort().join(' ');
    if (names === this.#sockets) return false;
    this.#sockets = names;
    this.#pid = sockets.size === 0 ? undefined : eldestOf(holdersOf(sockets));
    this.listener.saw(sockets.size > 0);
    if (this.#pid !== undefined) this.calls.begin(new ProgramThreads(NO_GROUP, this.#port, this.#pid));
    else if (sockets.size > 0) this.calls.leave('SYSCALL_NOT_READABLE');
    else this.calls.ended();
    return true;
  }

  close(): void {
    this.calls.ended();
  }
}
