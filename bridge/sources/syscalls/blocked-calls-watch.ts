import type { Sink } from '../../trace/report.ts';
import { stepId } from '../../trace/step-id.ts';
import { toTenths, type Call } from '../../trace/step.ts';
import { observedCall } from '../observed-steps.ts';
import type { SocketRow } from '../sockets/socket-table.ts';
import { since } from '../run-time.ts';
import type { Watch } from '../source.ts';
import { RunAccept } from './accept-of-run.ts';
import type { Stay, Stillness } from './thread-stays.ts';

/** What a watch asks of its source. */
interface WatchRequests {
  connectedFrom(port: number): void;
  settle(): void;
  stop(): void;
}

/** No more pauses than these are told of a run. */
const MOST_PAUSES = 1000;

/** States that follow a program's own close(): it must have accepted the connection before. */
const CLOSED_BY_ITSELF = new Set<SocketRow['state']>(['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING', 'LAST_ACK', 'TIME_WAIT']);

/** One run's share of the calls in which the program was seen blocked. */
export class BlockedCallsWatch implements Watch {
  /** Looks miss most calls, which must still be inferred from what the client saw. */
  readonly watchesServer = false;
  /** When its run began, in microseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly #requests: WatchRequests;
  readonly #accept: RunAccept;
  #sink: Sink | undefined;
  #port: number | undefined;
  readonly #ids = new Map<Stay, string>();
  readonly #counts = { recv: 0, send: 0, pause: 0 };
  /** Calls on the run's connection in which a thread is blocked now. */
  readonly #blocked = new Set<Stay>();
  /** The run is over, and the kernel's table was read once more. */
  #isLast = false;
  #settled = false;
  #whenSettled: (() => void) | undefined;

  constructor(startedAt: number, sink: Sink, requests: WatchRequests) {
    this.startedAt = startedAt;
    this.#sink = sink;
    this.#requests = requests;
    this.#accept = new RunAccept(startedAt);
  }

  connectedFrom(port: number): void {
    this.#port = port;
    if (this.#sink) this.#requests.connectedFrom(port);
  }

  whenSettled(callback: () => void): void {
    if (this.#settled) return callback();
    this.#whenSettled = callback;
    this.#requests.settle();
  }

  /** Until the kernel's table has been read once more, it may still show how the run ended. */
  get busy(): boolean {
    return this.#whenSettled !== undefined && !this.#isLast;
  }

  stop(): void {
    this.#sink = undefined;
    this.#requests.stop();
  }

  /** The client's port. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Whether this run is alone and has connected, and the program's end of its connection is not known. */
  get mayAssume(): boolean {
    return this.#port !== undefined && this.#accept.mayAssume;
  }

  /** Another run is in progress at the same time. */
  share(): void {
    this.#accept.share();
  }

  /** Nothing more is expected. */
  settle(): void {
    this.#settled = true;
    const callback = this.#whenSettled;
    this.#whenSettled = undefined;
    callback?.();
  }

  /** What follows is the last that will be known of this run. */
  expectNoMore(): void {
    this.#isLast = true;
  }

  /** Settles if no more will be known, and the program is not blocked on the run's connection. */
  settleIfOver(): void {
    if (this.#isLast && this.#blocked.size === 0) this.settle();
  }

  /** An accept() is blocked as the run begins. */
  acceptWaits(stay: Stay): void {
    this.#accept.waiting(stay);
    this.#report('server.accept', stay, {});
  }

  /** Some accept() has returned, perhaps with this run's connection. */
  acceptReturned(stay: Stay): void {
    this.#accept.returned(stay);
  }

  /** The inode of the program's end of the run's connection. */
  socketIs(socket: string): void {
    this.#accept.socketIs(socket);
  }

  /** As in `RunAccept`. */
  assume(at: number, sockets: ReadonlySet<string>): string | undefined {
    return this.#accept.assume(at, sockets, this.#isLast);
  }

  /** @param rows those of the kernel's table, as of now, that name the server's port */
  learn(rows: readonly SocketRow[], serverPort: number, at: number): void {
    for (const { localPort, remotePort, state, inode } of rows) {
      const isServers = localPort === serverPort && remotePort === this.#port;
      // Both ends of a connection may be on this machine, and the server's end may be gone by now.
      const isClients = localPort === this.#port && remotePort === serverPort;
      // Without an inode, it waits to be accepted or has been closed: the state shows which.
      if (isServers && inode !== '0') this.#accept.socketIs(inode);
      if ((isServers && (inode !== '0' || CLOSED_BY_ITSELF.has(state))) || (isClients && state === 'TIME_WAIT'))
        this.#accept.acceptedBy(at);
    }
  }

  /** Reports the accept() that brought this run's connection, if it is known by now. */
  reportAccept(): void {
    const stay = this.#accept.find(this.#isLast);
    if (stay) this.#report('server.accept', stay, { result: 'ok' });
  }

  /** A thread is blocked in a call on the run's connection, or no longer is. */
  reportTransfer(stay: Stay): void {
    const { call } = stay;
    if (call === 'accept') return;
    let id = this.#ids.get(stay);
    if (id === undefined) this.#ids.set(stay, (id = stepId('server', call, this.#counts[call]++)));
    if (stay.goneAt === undefined) this.#blocked.add(stay);
    else this.#blocked.delete(stay);
    this.#report(id, stay, {});
  }

  /** The program made no call for a while. */
  reportPause({ from, until }: Stillness): void {
    if (until <= this.startedAt || this.#counts.pause >= MOST_PAUSES) return;
    const id = stepId('server', 'pause', this.#counts.pause++);
    const [at, end] = [since(this.startedAt, from), since(this.startedAt, until)];
    this.#sink?.({ kind: 'pause', id, side: 'server', at, until: end });
  }

  #report(id: string, stay: Stay, facts: Pick<Call, 'result'>): void {
    const { call: name, notBefore, firstSeen, lastSeen, goneAt, thread } = stay;
    const call = observedCall('server', id, name, since(this.startedAt, firstSeen), {});
    if (thread !== undefined) [call.process, call.thread] = numbersOf(thread);
    call.within = {};
    if (notBefore > -Infinity) call.within.startUs = toTenths(firstSeen - notBefore);
    if (goneAt !== undefined) {
      call.within.returnUs = toTenths(goneAt - lastSeen);
      call.returnedAt = since(this.startedAt, goneAt);
      Object.assign(call, facts);
    }
    this.#sink?.(call);
  }
}

/** @param thread `PID/task/TID` */
function numbersOf(thread: string): [process: number, thread: number] {
  const [process, , own] = thread.split('/');
  return [Number(process), Number(own)];
}
