import type { ConnectionReport, ListenReport } from '../calls/call-watch.ts';
import { DescriptorTables } from './descriptor-tables.ts';
import { addressIn, endsIn, firstDescriptor, payloadIn, readStraceLine, type StraceLine } from './read-line.ts';

type Call = Extract<StraceLine, { form: 'call' }>;
type Unfinished = Extract<StraceLine, { form: 'unfinished' }>;
type Socket = {
  holders: number;
  /** The number under which an accepted connection is reported. */
  connection?: number;
  /** Its close() will send a RST: SO_LINGER with a time of zero. */
  resets?: boolean;
  socket?: Duration;
  bind?: Duration;
};
type Duration = { startedAt: number; at: number };

export interface SocketCallsOptions {
  onReport(report: ListenReport | ConnectionReport): void;
  /** A process has ended without closing this connection: nothing more will be reported on it. */
  onAbandoned(connection: number): void;
  /** From microseconds since 1970 to those of the monotonic clock. */
  monotonic(at: number): number;
}

/** Results of a call that has had no effect yet, or will be made again. */
const NOTHING_HAPPENED = /^(?:EAGAIN|EINPROGRESS|EINTR|ERESTART\w*)$/;
const RECEIVES = /^(?:read|readv|recv|recvfrom|recvmsg)$/;
const SENDS = /^(?:write|writev|send|sendto|sendmsg|sendfile)$/;

/**
 * Turns strace's lines, in which all threads of a program are mixed, into reports of what its sockets did.
 *
 *     lines ─▶ whole calls ─▶ by connection ─▶ accept, recv, send, shutdown, close
 */
export class SocketCalls {
  readonly #options: SocketCallsOptions;
  /** By thread: the call that it has entered, and not left yet. */
  readonly #unfinished = new Map<number, Unfinished>();
  readonly #sockets = new DescriptorTables<Socket>();
  #connections = 0;

  constructor(options: SocketCallsOptions) {
    this.#options = options;
  }

  line(text: string): void {
    const line = readStraceLine(text);
    if (!line) return;
    if (line.form === 'ended') this.#ended(line.pid);
    else if (line.form === 'unfinished') this.#unfinished.set(line.pid, line);
    else this.#returned(line.form === 'resumed' ? this.#join(line) : line);
  }

  #join(line: Extract<StraceLine, { form: 'resumed' }>): Call | undefined {
    const entered = this.#unfinished.get(line.pid);
    this.#unfinished.delete(line.pid);
    if (entered?.name !== line.name) return undefined;
    const separator = entered.args === '' || line.args === '' ? '' : ', ';
    const { at, args } = entered;
    return {
      ...line,
      form: 'call',
      at,
      args: args + separator + line.args,
      durationUs: line.durationUs ?? line.at - at,
    };
  }

  #ended(pid: number): void {
    this.#unfinished.delete(pid);
    for (const { connection } of this.#sockets.ended(pid))
      if (connection !== undefined) this.#options.onAbandoned(connection);
  }

  #returned(call: Call | undefined): void {
    if (!call) return;
    const { name, pid, args, result } = call;
    if (/^(?:v?fork|clone3?)$/.test(name)) return this.#cloned(pid, result.value, args);
    if (NOTHING_HAPPENED.test(result.errno)) return;
    if (name === 'socket') return this.#socket(call);
    const descriptor = firstDescriptor(args)?.number;
    if (descriptor === undefined) return;
    if (/^dup[23]?$/.test(name) || args.includes(', F_DUPFD')) return this.#duplicated(pid, descriptor, result.value);
    if (name === 'bind') return this.#bind(call, descriptor);
    if (name === 'listen') return this.#listen(call, descriptor);
    if (name === 'accept' || name === 'accept4') return this.#accept(call);
    this.#onConnection(call, descriptor);
  }

  #cloned(parent: number, child: number | undefined, args: string): void {
    if (child !== undefined && child > 0) this.#sockets.cloned(parent, child, args.includes('CLONE_FILES'));
  }

  #duplicated(pid: number, descriptor: number, copy: number | undefined): void {
    const socket = this.#sockets.get(pid, descriptor);
    if (socket && copy !== undefined && copy >= 0 && copy !== descriptor) this.#sockets.set(pid, copy, socket);
  }

  #socket(call: Call): void {
    const { args, pid, result } = call;
    if (!/^AF_INET6?, SOCK_STREAM/.test(args) || result.errno !== 'ok') return;
    this.#sockets.set(pid, result.value!, { holders: 0, socket: this.#duration(call) });
  }

  #bind(call: Call, descriptor: number): void {
    const socket = this.#sockets.get(call.pid, descriptor);
    if (socket && call.result.errno === 'ok') socket.bind = this.#duration(call);
  }

  #listen(call: Call, descriptor: number): void {
    const address = endsIn(firstDescriptor(call.args)?.about)?.local;
    if (call.result.errno !== 'ok' || address === undefined) return;
    const { socket, bind } = this.#sockets.get(call.pid, descriptor) ?? {};
    const before = { ...(socket && { socket }), ...(bind && { bind }) };
    this.#options.onReport({ what: 'listen', ...this.#duration(call), address, ...before });
  }

  #accept(call: Call): void {
    const { pid, args, result } = call;
    if (result.errno !== 'ok' || result.value === undefined) return;
    const ends = endsIn(result.about);
    // If the client has reset already, strace cannot name the ends of the returned descriptor.
    const local = ends?.local ?? endsIn(firstDescriptor(args)?.about)?.local;
    const peer = ends?.peer ?? addressIn(args);
    if (local === undefined || peer === undefined) return;
    const connection = (this.#connections += 1);
    this.#sockets.set(pid, result.value, { holders: 0, connection });
    this.#options.onReport({ what: 'accept', connection, ...this.#duration(call), peer, local });
  }

  #onConnection(call: Call, descriptor: number): void {
    const { name, pid, args, result } = call;
    const held = this.#heldBy(pid, descriptor);
    const { connection } = held ?? {};
    if (!held || connection === undefined) return;
    const of = { connection, ...this.#duration(call) };
    if (RECEIVES.test(name)) return args.includes('MSG_PEEK') ? undefined : this.#transfer('recv', of, call);
    if (SENDS.test(name)) return this.#transfer('send', of, call);
    if (name === 'setsockopt') held.resets = /SO_LINGER, \{l_onoff=1, l_linger=0\}/.test(args) || held.resets === true;
    if (name === 'shutdown' && /SHUT_(?:WR|RDWR)/.test(args))
      this.#options.onReport({ what: 'shutdown', ...of, result: result.errno });
    if (name === 'close' && this.#sockets.close(pid, descriptor))
      this.#options.onReport({ what: 'close', ...of, reset: held.resets === true });
  }

  /** A child's first call may come before its parent's fork() has returned. */
  #heldBy(pid: number, descriptor: number): Socket | undefined {
    const held = this.#sockets.get(pid, descriptor);
    if (held) return held;
    const parents = [...this.#unfinished.values()].filter(({ name }) => /fork|clone/.test(name));
    if (parents.length === 1) this.#cloned(parents[0]!.pid, pid, parents[0]!.args);
    return this.#sockets.get(pid, descriptor);
  }

  #transfer(what: 'recv' | 'send', of: Duration & { connection: number }, { args, result }: Call): void {
    const ok = result.errno === 'ok';
    const bytes = ok ? Math.max(0, result.value ?? 0) : 0;
    this.#options.onReport({ what, ...of, bytes, payload: payloadIn(args).slice(0, 2 * bytes), result: result.errno });
  }

  #duration({ at, durationUs = 0 }: Call): Duration {
    const startedAt = this.#options.monotonic(at);
    return { startedAt, at: startedAt + durationUs };
  }
}
