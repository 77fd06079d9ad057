import type { WebSocket } from '@fastify/websocket';

/** Errors that are sent together: one write for each would cost more than the messages themselves. */
const TOGETHER = 64;

interface Message {
  data: Buffer;
  isBinary: boolean;
}

export interface InboxOptions {
  socket: Pick<WebSocket, 'pause' | 'resume'>;
  /** Milliseconds in which a page may send what its limits say. */
  periodMs: number;
  handle(data: Buffer, isBinary: boolean): void;
  /** Sends errors for this many messages. */
  refuse(count: number): void;
}

/**
 * The messages of one page. A page that sends too much rests: its socket is not read until the next period begins, so what
 * it sends waits on its own machine and costs nobody else anything. What was read before waits here, or is refused.
 *
 *     message ─▶ handle ─ too much ─▶ rest: socket paused ─ next period ─▶ what waits, one each turn ─▶ socket read again
 */
export class Inbox {
  readonly #options: InboxOptions;
  #waiting: Message[] = [];
  /** How many of `#waiting` have been handled. */
  #handled = 0;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  #refuses = false;
  #isOver = false;
  #refused = 0;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  take(data: Buffer, isBinary: boolean): void {
    if (this.#refuses) this.#refuse();
    else if (this.#timer ?? this.#turn) this.#waiting.push({ data, isBinary });
    else this.#options.handle(data, isBinary);
  }

  /** @param refuses whether messages that were read already are refused; otherwise they wait */
  rest(refuses: boolean): void {
    this.#refuses ||= refuses;
    const { socket, periodMs } = this.#options;
    if (this.#timer === undefined && !this.#isOver) {
      socket.pause();
      clearImmediate(this.#turn);
      this.#turn = undefined;
      this.#timer = setTimeout(() => this.#restIsOver(), Math.ceil(periodMs - (performance.now() % periodMs)));
    }
    if (!this.#refuses) return;
    for (let count = this.#waiting.length - this.#handled; count > 0; count -= 1) this.#refuse();
    this.#empty();
  }

  /** The page is gone. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#empty();
  }

  #restIsOver(): void {
    this.#timer = undefined;
    this.#refuses = false;
    this.#sendRefusals();
    this.#next();
  }

  /** One message in each turn of the event loop, so that others have their turns too. */
  #next(): void {
    this.#turn = undefined;
    const message = this.#waiting[this.#handled];
    if (!message) {
      this.#empty();
      return this.#options.socket.resume();
    }
    this.#handled += 1;
    this.#options.handle(message.data, message.isBinary);
    if (this.#timer === undefined) this.#turn = setImmediate(() => this.#next());
  }

  #empty(): void {
    this.#waiting = [];
    this.#handled = 0;
  }

  #refuse(): void {
    this.#refused += 1;
    if (this.#refused >= TOGETHER) this.#sendRefusals();
  }

  #sendRefusals(): void {
    const count = this.#refused;
    this.#refused = 0;
    if (count > 0) this.#options.refuse(count);
  }
}
