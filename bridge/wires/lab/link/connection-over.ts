import { otherSide, type Segment, type Side, type TcpState } from '../../../trace/step.ts';

/** States after which a kernel sends nothing more of its own accord. */
const OVER: ReadonlySet<TcpState> = new Set(['CLOSED', 'LISTEN', 'TIME_WAIT']);

/** States in which a kernel waits for an acknowledgment of its SYN or FIN. */
const UNACKNOWLEDGED: ReadonlySet<TcpState> = new Set(['SYN_RCVD', 'FIN_WAIT_1', 'CLOSING', 'LAST_ACK']);

/**
 * Milliseconds to wait for an answer. A kernel that is done still answers some segments with a reset (RFC 9293 §3.10.7.1),
 * but its host reports the state before that packet.
 */
const ANSWER_MS = 20;

/**
 * Keeps the states of both kernels, and finds out when a connection is over: both kernels are done with it, nothing is
 * under way, and no answer is due.
 */
export class Settling {
  readonly #isWireEmpty: () => boolean;
  readonly #states: Partial<Record<Side, TcpState>> = {};
  #callback: (() => void) | undefined;
  /** The side that may be about to answer, and the timer that ends the wait. */
  #answering: { side: Side; timer: NodeJS.Timeout } | undefined;

  constructor(isWireEmpty: () => boolean) {
    this.#isWireEmpty = isWireEmpty;
  }

  /** Whether a kernel will repeat a segment if it gets no acknowledgment. */
  get isUnacknowledged(): boolean {
    const { client, server } = this.#states;
    return [client, server].some((state) => state !== undefined && UNACKNOWLEDGED.has(state));
  }

  /** @param callback called once, when the connection is over */
  whenSettled(callback: () => void): void {
    this.#callback = callback;
    this.#settle();
  }

  saw(side: Side, state: TcpState): void {
    this.#states[side] = state;
    this.#settle();
  }

  sent(side: Side): void {
    if (side === this.#answering?.side) this.stopWaiting();
  }

  arrived({ from, flags }: Segment): void {
    const side = otherSide(from);
    const state = this.#states[side];
    if (state && OVER.has(state) && !flags.includes('RST')) this.#awaitAnswer(side);
  }

  stopWaiting(): void {
    clearTimeout(this.#answering?.timer);
    this.#answering = undefined;
  }

  #awaitAnswer(side: Side): void {
    this.stopWaiting();
    const timer = setTimeout(() => {
      this.stopWaiting();
      this.#settle();
    }, ANSWER_MS);
    this.#answering = { side, timer };
  }

  #settle(): void {
    if (!this.#callback || this.#answering || !this.#isWireEmpty()) return;
    const { client, server } = this.#states;
    if (!client || !OVER.has(client) || (server && !OVER.has(server))) return;
    const callback = this.#callback;
    this.#callback = undefined;
    callback();
  }
}
