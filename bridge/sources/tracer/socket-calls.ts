import type { Entered, Released, Returned } from '../../tracer/report.ts';
import { kindOf } from '../../tracer/system-calls.ts';
import type { ListenReport } from '../calls/call-watch.ts';
import type { BlockedReport, ConnectionReport, WaitReport } from '../calls/connection-calls.ts';
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
import { BLOCKED_AFTER_US, OpenCalls, type OpenCall } from './open-calls.ts';

interface Duration {
  startedAt: number;
  at: number;
  by: Caller;
}

/** What is known of a socket of the program. */
interface Socket {
  socket?: Duration;
  bind?: Duration;
  /** Present once it listens. */
  listensOn?: string;
  /** It is one that accept() returned. */
  isConnection?: boolean;
  /** Its close() will send a RST: SO_LINGER with a time of zero. */
  resets?: boolean;
  /** The sets for which epoll_wait() waits that it is in. */
  readonly sets: Set<number>;
}

export interface SocketCallsOptions {
  onReport(report: ListenReport | ConnectionReport): void;
  /** The program waits for connections: on a listening socket, or for it and others. */
  onWaitForNext(report: BlockedReport | WaitReport, address: string): void;
  /** The program waits for connections that it has. */
  onWait(report: WaitReport, isWaitedFor: (connection: number) => boolean): void;
  /** A process has ended without closing this connection: nothing more will be reported on it. */
  onAbandoned(connection: number): void;
  /** Microseconds of the monotonic clock. */
  now(): number;
}

/**
 * Turns the tracer's reports, in which all threads of a program are mixed, into reports of what its sockets did.
 *
 *     enter, return ─▶ whole calls ─▶ by connection ─▶ accept, recv, send, shutdown, close
 *                └─ nothing for a while: blocked
 */
export class SocketCalls {
  readonly #options: SocketCallsOptions;
  readonly #sockets = new Map<number, Socket>();
  /** The numbers of those that listen. */
  readonly #listeners = new Set<number>();
  readonly #open: OpenCalls;

  constructor(options: SocketCallsOptions) {
    this.#options = options;
    this.#open = new OpenCalls(
      (call) => this.#blocked(call),
      (call, returned) => this.#finished(call, returned),
      () => options.now(),
    );
  }

  /** The calls in which the program waits just now for connections on an address. */
  waitingFor(isOfInterest: (address: string) => boolean): (BlockedReport | WaitReport)[] {
    return [...this.#open].flatMap((call) => {
      const address = this.#listenerOf(call);
      const report = address !== undefined && isOfInterest(address) && (acceptOf(call) ?? waitOf(call));
      if (!report) return [];
      call.told = true;
      return [report];
    });
  }

  /**
   * The system call in which the program waits for connections on an address, if any: `accept4`. A call that may just be
   * returning does not count.
   */
  blockedFor(isOfInterest: (address: string) => boolean): string | undefined {
    const since = this.#options.now() - BLOCKED_AFTER_US;
    for (const call of this.#open) {
      const address = call.at <= since ? this.#listenerOf(call) : undefined;
      if (address !== undefined && isOfInterest(address)) return call.name;
    }
    return undefined;
  }

  entered(entered: Entered): void {
    this.#open.enter(entered);
  }

  returned(returned: Returned): void {
    this.#open.leave(returned);
  }

  /** A thread has ended: the call that it was in never returns. */
  gone(thread: number): void {
    this.#open.gone(thread);
  }

  released({ socket }: Released): void {
    const isConnection = this.#sockets.get(socket)?.isConnection;
    this.#forget(socket);
    if (isConnection) this.#options.onAbandoned(socket);
  }

  ended(): void {
    this.#open.clear();
    this.#sockets.clear();
    this.#listeners.clear();
  }

  #finished(call: OpenCall, returned: Returned): void {
    const kind = kindOf(call.name);
    if (kind === 'poll' || kind === 'select' || kind === 'epoll-wait') return this.#waited(call, returned);
    if (this.#plain(call, returned)) return;
    if (NOTHING_HAPPENED.has(returned.errno) && !call.told) return;
    const during = { startedAt: call.at, at: returned.at, by: callerOf(call) };
    switch (kind) {
      case 'socket':
        if (returned.newSocket !== undefined)
          this.#sockets.set(returned.newSocket, { socket: during, sets: new Set() });
        return;
      case 'bind':
        if (returned.errno === 'ok') this.#socket(call).bind = during;
        return;
      case 'listen':
        return this.#listen(call, returned, during);
      case 'accept':
        return this.#accept(call, returned, during);
      case 'epoll-control':
        return this.#setChanged(call, returned);
      default:
        return this.#onConnection(call, returned, during);
    }
  }

  #listen(call: OpenCall, { errno, local }: Returned, during: Duration): void {
    if (errno !== 'ok' || local === undefined) return;
    const { socket, bind } = this.#socket(call);
    this.#listensOn(call, local);
    const before = { ...(socket && { socket }), ...(bind && { bind }) };
    this.#options.onReport({ what: 'listen', ...during, address: local, ...before });
  }

  /** If the peer has gone already, nothing may name it: its address is then empty. */
  #accept(call: OpenCall, { errno, newSocket, peer = '', local }: Returned, during: Duration): void {
    const address = local ?? this.#socket(call).listensOn;
    if (errno !== 'ok' || newSocket === undefined || address === undefined) return;
    this.#listensOn(call, address);
    this.#sockets.set(newSocket, { isConnection: true, sets: new Set() });
    this.#options.onReport({ what: 'accept', connection: newSocket, ...during, peer, local: address });
  }

  #setChanged({ set, change, socket }: OpenCall, { errno }: Returned): void {
    if (errno !== 'ok' || set === undefined || socket === undefined) return;
    const { sets } = this.#known(socket);
    if (change === 'joins') sets.add(set);
    if (change === 'leaves') sets.delete(set);
  }

  /** Returns whether the call is one that neither moves bytes nor waits. */
  #plain(call: OpenCall, returned: Returned): boolean {
    const report = plainReport(call, returned);
    if (!report) return false;
    if (report.name === 'setsockopt') this.#option(call, returned);
    for (const connection of call.holds ?? [call.socket])
      if (connection !== undefined && this.#sockets.get(connection)?.isConnection)
        this.#options.onReport({ ...report, connection });
    return true;
  }

  #option(call: OpenCall, returned: Returned): void {
    const resets = resetsAfter(call, returned);
    if (resets !== undefined) this.#socket(call).resets = resets;
  }

  #onConnection(call: OpenCall, returned: Returned, during: Duration): void {
    const { socket: connection, how, call: number } = call;
    if (connection === undefined || !this.#sockets.get(connection)?.isConnection)
      return this.#closeOther(call, returned);
    const name = nameOnConnection(call);
    const { errno: result, bytes = 0, payload = '' } = returned;
    const of = { connection, ...during, call: number };
    if (name === 'recv' || name === 'send') {
      // A recv() that has room for nothing returns 0, and that is not the end.
      if (name === 'recv' && call.length === 0) return;
      this.#options.onReport({ what: name, ...of, bytes, payload, result });
    } else if (name === 'shutdown' && how !== SHUT_RD) this.#options.onReport({ what: 'shutdown', ...of, result });
    else if (name === 'close' && returned.last) {
      this.#options.onReport({ what: 'close', ...of, reset: this.#sockets.get(connection)!.resets === true });
      this.#forget(connection);
    }
  }

  #closeOther({ name, socket }: OpenCall, { last }: Returned): void {
    if (kindOf(name) === 'close' && last && socket !== undefined) this.#forget(socket);
  }

  #waited(call: OpenCall, { result, errno, at }: Returned): void {
    // Event loops look, without waiting, whether there is something: that is no wait.
    if (result === 0 && !call.told) return;
    this.#reportWait(call, { at, result: errno, ...(errno === 'ok' && { ready: result }) });
  }

  /** The call has not returned for a while. */
  #blocked(call: OpenCall): void {
    const accept = acceptOf(call);
    const address = this.#listenerOf(call);
    if (accept && address !== undefined) return this.#options.onWaitForNext(accept, address);
    if (waitOf(call)) return this.#reportWait(call);
    const { socket: connection, call: number, at: startedAt } = call;
    if (connection === undefined || !this.#sockets.get(connection)?.isConnection) return;
    const name = nameOnConnection(call);
    if (name)
      this.#options.onReport({ what: 'blocked', connection, call: number, name, startedAt, by: callerOf(call) });
  }

  #reportWait(call: OpenCall, end: Pick<WaitReport, 'at' | 'result' | 'ready'> = {}): void {
    const report = { ...waitOf(call)!, ...end };
    const address = this.#listenerOf(call);
    if (address !== undefined) this.#options.onWaitForNext(report, address);
    this.#options.onWait(report, (connection) => this.#isWaitedFor(call, connection));
  }

  /** The address of the listening socket on which, or for which, a call waits. */
  #listenerOf(call: OpenCall): string | undefined {
    if (acceptOf(call)) return this.#socket(call).listensOn;
    if (!waitOf(call)) return undefined;
    for (const number of this.#listeners)
      if (this.#isWaitedFor(call, number)) return this.#sockets.get(number)?.listensOn;
    return undefined;
  }

  #isWaitedFor({ set, waitsFor }: OpenCall, socket: number): boolean {
    return waitsFor?.includes(socket) ?? (set !== undefined && this.#sockets.get(socket)?.sets.has(set) === true);
  }

  #forget(socket: number): void {
    this.#sockets.delete(socket);
    this.#listeners.delete(socket);
  }

  #listensOn(call: OpenCall, address: string): void {
    this.#socket(call).listensOn = address;
    if (call.socket !== undefined) this.#listeners.add(call.socket);
  }

  #socket({ socket }: OpenCall): Socket {
    return this.#known(socket ?? 0);
  }

  #known(number: number): Socket {
    let socket = this.#sockets.get(number);
    if (!socket) this.#sockets.set(number, (socket = { sets: new Set() }));
    return socket;
  }
}

function acceptOf(open: OpenCall): BlockedReport | undefined {
  const { name, call, at: startedAt } = open;
  if (kindOf(name) !== 'accept') return undefined;
  return { what: 'blocked', call, name: 'accept', startedAt, by: callerOf(open) };
}
