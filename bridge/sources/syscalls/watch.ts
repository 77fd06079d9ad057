import { toTenths } from '../../trace/draft.ts';
import type { Sink } from '../../trace/report.ts';
import { stepId } from '../../trace/step-id.ts';
import type { Call } from '../../trace/step.ts';
import { observedCall } from '../observed-steps.ts';
import type { SocketRow } from '../sockets/socket-table.ts';
import type { Watch } from '../source.ts';
import type { Stay } from './thread-stays.ts';

interface Registry {
  /** The client's port is known. */
  known(): void;
  wantsToSettle(): void;
  stopped(): void;
}

/** States that an end gets to by its own program's close(): somebody had accepted it before. */
const CLOSED_BY_ITSELF = new Set<SocketRow['state']>(['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING', 'LAST_ACK', 'TIME_WAIT']);

/** One run's share of what the program was seen to be blocked in. */
export class SyscallsWatch implements Watch {
  /** Most of what the program does is not seen: what the client's evidence proves has to be inferred still. */
  readonly watchesServer = false;
  readonly startedAt: number;
  port: number | undefined;
  /** The program's end of the connection. */
  inode: string | undefined;
  /** When the connection was first known to have been accepted. */
  acceptedBy: number | undefined;
  /** Another run was on at the same time: what the program did may have been for that one. */
  shared = false;
  /** The run is over, and the kernel's table was read since. */
  settling = false;
  readonly #registry: Registry;
  #sink: Sink | undefined;
  #waiting: Stay | undefined;
  #accepts: Stay[] = [];
  #acceptTold = false;
  readonly #ids = new Map<Stay, string>();
  readonly #counts = { recv: 0, send: 0 };
  #open = new Set<Stay>();
  #settled = false;
  #whenSettled: (() => void) | undefined;

  constructor(startedAt: number, sink: Sink, registry: Registry) {
    this.startedAt = startedAt;
    this.#sink = sink;
    this.#registry = registry;
  }

  connectedFrom(port: number): void {
    this.port = port;
    if (this.#sink) this.#registry.known();
  }

  whenSettled(callback: () => void): void {
    if (this.#settled) return callback();
    this.#whenSettled = callback;
    this.#registry.wantsToSettle();
  }

  /** What the kernel's table says is sure to come. */
  get busy(): boolean {
    return this.#whenSettled !== undefined && !this.settling;
  }

  settle(): void {
    this.#settled = true;
    const callback = this.#whenSettled;
    this.#whenSettled = undefined;
    callback?.();
  }

  stop(): void {
    this.#sink = undefined;
    this.#registry.stopped();
  }

  /** Whether an accept() has returned since this run began that is not known to have brought another's connection. */
  get mayBeAccepted(): boolean {
    return this.#candidates().length > 0;
  }

  /** An accept() that is blocked as the run begins. */
  tellWaiting(stay: Stay): void {
    this.#waiting = stay;
    this.#tell('server.accept', stay, {});
  }

  /** Some accept() has returned: perhaps with this run's connection. */
  acceptEnded(stay: Stay): void {
    if (!this.#acceptTold && stay.goneAt! >= this.startedAt) this.#accepts.push(stay);
  }

  /** A call on this run's connection began to be seen, or is seen no more. */
  tellTransfer(stay: Stay): void {
    const { call } = stay;
    if (call === 'accept') return;
    let id = this.#ids.get(stay);
    if (id === undefined) this.#ids.set(stay, (id = stepId('server', call, this.#counts[call]++)));
    if (stay.goneAt === undefined) this.#open.add(stay);
    else this.#open.delete(stay);
    this.#tell(id, stay, {});
  }

  /** @param rows the kernel's table, as of now: as far as the server's port stands in it */
  learn(rows: readonly SocketRow[], serverPort: number, at: number): void {
    for (const { localPort, remotePort, state, inode } of rows) {
      const own = localPort === serverPort && remotePort === this.port;
      // Both ends of a connection may be on this machine, and the program's may be gone by now.
      const peers = localPort === this.port && remotePort === serverPort;
      // Without an inode it waits to be accepted, or has been closed: the state tells.
      if (own && inode !== '0') this.inode = inode;
      if ((own && (inode !== '0' || CLOSED_BY_ITSELF.has(state))) || (peers && state === 'TIME_WAIT'))
        this.acceptedBy ??= at;
    }
  }

  /** As far as the kernel's table tells, it is known whose connection is whose. */
  tellAccepted(): void {
    if (this.acceptedBy !== undefined && !this.#acceptTold) this.#tellAccept(this.acceptedBy);
  }

  /** The table was read after the run: nothing more is expected but the end of what is still seen. */
  settleIfOver(): void {
    if (this.settling && this.#open.size === 0) this.settle();
  }

  #candidates(): Stay[] {
    return this.#accepts.filter(
      ({ brought }) => brought === undefined || brought === this.inode || this.inode === undefined,
    );
  }

  #tellAccept(acceptedBy: number): void {
    const candidates = this.#candidates();
    const certain = candidates.filter(({ brought }) => brought !== undefined && brought === this.inode);
    const [stay, another] = certain.length > 0 || this.shared ? certain : candidates;
    if (stay && !another) {
      this.#acceptTold = true;
      this.#tell('server.accept', stay, { result: 'ok' });
    } else if (this.settling && this.#waiting) {
      // It was accepted, though nobody saw this accept() blocked: all that is known is by when.
      this.#acceptTold = true;
      const { firstSeen } = this.#waiting;
      const unseen: Stay = { ...this.#waiting, notBefore: firstSeen, firstSeen: acceptedBy, lastSeen: firstSeen };
      this.#tell('server.accept', { ...unseen, goneAt: acceptedBy }, { result: 'ok' });
    }
  }

  #tell(id: string, stay: Stay, facts: Pick<Call, 'result'>): void {
    const { call: name, notBefore, firstSeen, lastSeen, goneAt } = stay;
    const call = observedCall('server', id, name, this.#since(firstSeen), {});
    call.within = {};
    if (notBefore > -Infinity) call.within.startUs = toTenths(firstSeen - notBefore);
    if (goneAt !== undefined) {
      call.within.returnUs = toTenths(goneAt - lastSeen);
      call.returnedAt = this.#since(goneAt);
      Object.assign(call, facts);
    }
    this.#sink?.(call);
  }

  #since(at: number): number {
    return toTenths(at - this.startedAt);
  }
}
