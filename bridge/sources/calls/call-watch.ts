import type { ProbeReport } from '../../probe/report.ts';
import type { Sink } from '../../trace/report.ts';
import { observedListening, type Caller } from '../observed-steps.ts';
import { since } from '../run-time.ts';
import type { Watch } from '../source.ts';
import {
  ConnectionCalls,
  type BlockedReport,
  type ConnectionReport,
  type Duration,
  type WaitReport,
} from './connection-calls.ts';

/** The calls that made the server listen, as far as the source saw them. */
export type ListenReport = Extract<ProbeReport, { what: 'listen' }> & {
  socket?: Duration;
  bind?: Duration;
  by?: Caller;
};

/** Gives a watch the connection from its client's port. */
interface ConnectionClaims {
  claim(port: number): void;
  /** @param port absent if it was never known */
  release(port: number | undefined): void;
}

/**
 * One run's share of the reports of a source that sees every call: the server's listening before the run, and the calls
 * on the one connection from its client's port.
 */
export class CallWatch implements Watch {
  readonly startedAt: number;
  readonly #claims: ConnectionClaims;
  #sink: Sink | undefined;
  #port: number | undefined;
  #settled = false;
  #whenSettled: (() => void) | undefined;
  #watchesServer = false;
  readonly #calls: ConnectionCalls;

  constructor(startedAt: number, sink: Sink, claims: ConnectionClaims) {
    this.startedAt = startedAt;
    this.#sink = sink;
    this.#claims = claims;
    this.#calls = new ConnectionCalls('server', startedAt, (report) => this.#sink?.(report));
  }

  get watchesServer(): boolean {
    return this.#watchesServer;
  }

  connectedFrom(port: number): void {
    this.#port = port;
    this.#claims.claim(port);
  }

  whenSettled(callback: () => void): void {
    if (this.#settled) callback();
    else this.#whenSettled = callback;
  }

  settle(): void {
    this.#settled = true;
    const callback = this.#whenSettled;
    this.#whenSettled = undefined;
    callback?.();
  }

  stop(): void {
    this.#sink = undefined;
    this.#claims.release(this.#port);
  }

  /** Reports the listening socket, which precedes the run. */
  reportListening(listen: ListenReport): void {
    const { socket, bind, address } = listen;
    if (socket) this.#calls.call('server.socket', 'socket', socket);
    if (bind) this.#calls.call('server.bind', 'bind', bind, { args: [address] });
    this.#calls.call('server.listen', 'listen', listen, { args: [address] });
    this.#sink?.(observedListening(since(this.startedAt, listen.at), 'server.listen'));
  }

  /** Reports a call in which the program waits for connections, among them the run's. */
  reportBefore(report: BlockedReport | WaitReport): void {
    this.#calls.report(report);
  }

  /** Reports a call on the connection, or one that waits for it. */
  report(report: ConnectionReport | WaitReport): void {
    this.#watchesServer = true;
    this.#calls.report(report);
    if (report.what === 'close') this.settle();
  }
}
