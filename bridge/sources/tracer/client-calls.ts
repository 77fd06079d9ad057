import type { Entered, Released, Returned } from '../../tracer/report.ts';
import { kindOf } from '../../tracer/system-calls.ts';
import type { CallOnConnection } from '../calls/connection-calls.ts';
import type { Caller } from '../observed-steps.ts';
import {
  callerOf,
  nameOnConnection,
  NOTHING_HAPPENED,
  plainReport,
  resetsAfter,
  SHUT_RD,
  waitOf,
} from './call-meaning.ts';
import { OpenCalls, type OpenCall } from './open-calls.ts';

/** What is known of a socket of the program. */
interface Socket {
  /** It has been given to connect(), so that it may have a connection. */
  isAsked?: boolean;
  /** Its close() will send a RST: SO_LINGER with a time of zero. */
  resets?: boolean;
  /** The sets for which epoll_wait() waits that it is in. */
  readonly sets: Set<number>;
}

type During = { startedAt: number; at: number; by: Caller };

export interface ClientCallsOptions {
  /** A call on a socket: those before its connect() too. */
  onReport(socket: number, report: CallOnConnection): void;
  /** The socket's numbers became known: the kernel's own, or the port that the kernel chose. */
  onKnown(socket: number, known: { inode?: number; port?: number }): void;
  /** Nothing of the program stands for the socket any more. */
  onOver(socket: number): void;
  /** Microseconds of the monotonic clock. */
  now(): number;
}

/**
 * Turns the tracer's reports, in which all threads of a client program are mixed, into reports of what it did with each of
 * its sockets. It does not know which of them are connections.
 *
 *     enter, return ─▶ whole calls ─▶ by socket ─▶ socket, connect, send, recv, shutdown, close
 *                └─ nothing for a while: blocked
 */
export class ClientCalls {
  readonly #options: ClientCallsOptions;
  readonly #sockets = new Map<number, Socket>();
  readonly #open: OpenCalls;

  constructor(options: ClientCallsOptions) {
    this.#options = options;
    this.#open = new OpenCalls(
      (call) => this.#blocked(call),
      (call, returned) => this.#finished(call, returned),
      () => options.now(),
    );
  }

  entered(entered: Entered): void {
    this.#open.enter(entered);
    const { name, socket, address, inode, at: startedAt } = entered;
    if (kindOf(name) !== 'connect' || socket === undefined || address === undefined) return;
    this.#known(socket).isAsked = true;
    if (inode !== undefined) this.#options.onKnown(socket, { inode });
    this.#options.onReport(socket, { what: 'connect', startedAt, address, by: callerOf({ ...entered, told: true }) });
  }

  returned(returned: Returned): void {
    this.#open.leave(returned);
  }

  /** A thread has ended: the call that it was in never returns. */
  gone(thread: number): void {
    this.#open.gone(thread);
  }

  /** The last descriptor of a socket has gone without a close(). */
  released({ socket }: Released): void {
    this.#over(socket);
  }

  /** The program has ended. */
  ended(): void {
    this.#open.clear();
    for (const socket of [...this.#sockets.keys()]) this.#over(socket);
  }

  #finished(call: OpenCall, returned: Returned): void {
    const kind = kindOf(call.name);
    const { errno: result, at } = returned;
    if (kind === 'poll' || kind === 'select' || kind === 'epoll-wait') return this.#waited(call, returned);
    if (kind === 'connect') return this.#connected(call, returned);
    if (this.#plain(call, returned)) return;
    if (NOTHING_HAPPENED.has(result) && !call.told) return;
    const during = { startedAt: call.at, at, by: callerOf(call) };
    if (kind === 'socket') return this.#made(returned.newSocket, during);
    const { socket } = call;
    if (socket === undefined || !this.#sockets.has(socket)) return;
    if (kind === 'bind') this.#bound(socket, call, returned, during);
    else if (kind === 'epoll-control') this.#setChanged(call, returned);
    else this.#onSocket(socket, call, returned, during);
  }

  #made(socket: number | undefined, during: During): void {
    if (socket === undefined) return;
    this.#sockets.set(socket, { sets: new Set() });
    this.#options.onReport(socket, { what: 'socket', ...during });
  }

  #bound(socket: number, { address }: OpenCall, { errno, local = address }: Returned, during: During): void {
    if (errno === 'ok' && local !== undefined)
      this.#options.onReport(socket, { what: 'bind', ...during, address: local });
  }

  #connected(call: OpenCall, { at, errno: result, local }: Returned): void {
    const { socket, address, at: startedAt } = call;
    if (socket === undefined || address === undefined) return;
    const port = Number(local?.slice(local.lastIndexOf(':') + 1));
    if (port > 0) this.#options.onKnown(socket, { port });
    this.#options.onReport(socket, { what: 'connect', startedAt, at, result, address, by: callerOf(call) });
  }

  #onSocket(socket: number, call: OpenCall, returned: Returned, during: During): void {
    const { errno: result, bytes = 0, payload = '' } = returned;
    const name = nameOnConnection(call);
    const of = { ...during, call: call.call };
    if (name === 'recv' || name === 'send') {
      // A recv() that has room for nothing returns 0, and that is not the end.
      if (name === 'recv' && call.length === 0) return;
      this.#options.onReport(socket, { what: name, ...of, bytes, payload, result });
    } else if (name === 'shutdown' && call.how !== SHUT_RD)
      this.#options.onReport(socket, { what: 'shutdown', ...of, result });
    else if (name === 'close' && returned.last) {
      this.#options.onReport(socket, { what: 'close', ...of, reset: this.#sockets.get(socket)!.resets === true });
      this.#over(socket);
    }
  }

  /** Returns whether the call is one that neither moves bytes nor waits. */
  #plain(call: OpenCall, returned: Returned): boolean {
    const report = plainReport(call, returned);
    if (!report) return false;
    for (const socket of call.holds ?? [call.socket]) {
      if (socket === undefined || !this.#sockets.has(socket)) continue;
      if (report.name === 'setsockopt') this.#option(socket, call, returned);
      this.#options.onReport(socket, report);
    }
    return true;
  }

  #option(socket: number, call: OpenCall, returned: Returned): void {
    const resets = resetsAfter(call, returned);
    if (resets !== undefined) this.#known(socket).resets = resets;
  }

  #setChanged({ set, change, socket }: OpenCall, { errno }: Returned): void {
    if (errno !== 'ok' || set === undefined || socket === undefined) return;
    const { sets } = this.#known(socket);
    if (change === 'joins') sets.add(set);
    if (change === 'leaves') sets.delete(set);
  }

  #waited(call: OpenCall, { result, errno, at }: Returned): void {
    // Event loops look, without waiting, whether there is something: that is no wait.
    if (result === 0 && !call.told) return;
    this.#reportWait(call, { at, result: errno, ...(errno === 'ok' && { ready: result }) });
  }

  /** The call has not returned for a while. */
  #blocked(call: OpenCall): void {
    if (waitOf(call)) return this.#reportWait(call, {});
    const { socket, call: number, at: startedAt } = call;
    const name = nameOnConnection(call);
    if (socket === undefined || !this.#sockets.get(socket)?.isAsked || !name) return;
    this.#options.onReport(socket, { what: 'blocked', call: number, name, startedAt, by: callerOf(call) });
  }

  #reportWait(call: OpenCall, end: { at?: number; result?: string; ready?: number }): void {
    const report = { ...waitOf(call)!, ...end };
    for (const [socket, { isAsked, sets }] of this.#sockets) {
      const isWaitedFor = call.waitsFor?.includes(socket) ?? (call.set !== undefined && sets.has(call.set));
      if (isAsked && isWaitedFor) this.#options.onReport(socket, report);
    }
  }

  #over(socket: number): void {
    if (this.#sockets.delete(socket)) this.#options.onOver(socket);
  }

  #known(number: number): Socket {
    let socket = this.#sockets.get(number);
    if (!socket) this.#sockets.set(number, (socket = { sets: new Set() }));
    return socket;
  }
}
