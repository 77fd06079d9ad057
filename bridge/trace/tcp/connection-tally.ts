import type { Report } from '../report.ts';
import { isLastCall, programBytes, type Call, type Segment } from '../step.ts';
import type { Outcome } from '../trace.ts';

/** What connect() returns if it goes on without its caller. */
export const GOES_ON: ReadonlySet<string> = new Set(['EINPROGRESS', 'EALREADY', 'EINTR']);

/**
 * How a connection of a program ended, as far as its client's calls and the segments show. The bridge counts what is
 * reported, and the page counts what its viewer knows.
 */
export class ConnectionTally {
  #connected: string | undefined;
  #isAnswered = false;
  #isRefused = false;
  #peerEnd: 'fin' | 'rst' | undefined;
  #ownReset = false;
  #hasClosed = false;
  #received = 0;
  #error: string | undefined;

  static of(steps: Iterable<Report>): ConnectionTally {
    const tally = new ConnectionTally();
    for (const step of steps) tally.take(step);
    return tally;
  }

  take(report: Report): void {
    if (report.kind === 'call' && report.side === 'client') this.#call(report);
    else if (report.kind === 'segment' && report.from === 'server') this.#segment(report);
  }

  /** Whether the client had the connection. */
  get isConnected(): boolean {
    return this.#connected === 'ok' || this.#isAnswered;
  }

  /** The program is done with it: it has closed it, or never got it. */
  get isOver(): boolean {
    return this.#hasClosed || this.#isRefused || (this.#connected !== undefined && !this.isConnected && !this.#goesOn);
  }

  /** Undefined while it goes on. */
  get outcome(): Outcome | undefined {
    if (this.#isRefused) return 'refused';
    if (this.#connected === 'ETIMEDOUT') return 'timeout';
    if (this.#peerEnd === 'rst' || (this.#ownReset && this.#peerEnd !== 'fin')) return 'reset';
    if (!this.isOver) return undefined;
    if (!this.isConnected) return 'failed';
    return this.#received > 0 ? 'replied' : 'silent';
  }

  /** The errno name behind the outcome, if there was one. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Bytes that the client has read. */
  get received(): number {
    return this.#received;
  }

  get #goesOn(): boolean {
    return this.#connected !== undefined && GOES_ON.has(this.#connected);
  }

  #call(call: Call): void {
    const { name, result, returnedAt } = call;
    const { bytes = 0 } = programBytes(call);
    if (name === 'reset') this.#ownReset = true;
    if (isLastCall(call)) this.#hasClosed = true;
    if (returnedAt === undefined || result === undefined) return;
    if (name === 'connect') this.#connectReturned(result);
    else if (name === 'send' || name === 'recv') this.#moved(name, result, bytes);
  }

  #connectReturned(result: string): void {
    // A later connect() on the same socket asks how the first one went.
    if (result === 'EISCONN') this.#connected = 'ok';
    else if (this.#connected !== 'ok') this.#connected = result;
    if (result === 'ECONNREFUSED') this.#isRefused = true;
    if (result !== 'ok' && result !== 'EISCONN' && !GOES_ON.has(result)) this.#error = result;
  }

  #moved(name: 'send' | 'recv', result: string, bytes: number): void {
    if (result === 'ok') {
      this.#isAnswered = true;
      if (name === 'recv') this.#received += bytes;
      if (name === 'recv' && bytes === 0) this.#peerEnd ??= 'fin';
    } else if (result === 'ECONNRESET' || result === 'EPIPE') {
      this.#peerEnd = 'rst';
      this.#error = result;
    } else if (result === 'ECONNREFUSED') {
      this.#isRefused = true;
      this.#error = result;
    }
  }

  #segment({ flags, arrivedAt }: Segment): void {
    if (arrivedAt === undefined) return;
    if (flags.includes('SYN')) this.#isAnswered = true;
    else if (flags.includes('RST') && !this.isConnected) {
      this.#isRefused = true;
      this.#error ??= 'ECONNREFUSED';
    }
  }
}
