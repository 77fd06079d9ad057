import type { ProbeReport } from '../../probe/report.ts';
import type { Sink } from '../../trace/report.ts';
import { stepId } from '../../trace/step-id.ts';
import { toTenths, type CallName } from '../../trace/step.ts';
import { observedCall, observedListening, type CallFacts } from '../observed-steps.ts';
import type { Watch } from '../source.ts';

interface Duration {
  startedAt: number;
  at: number;
}

/** The calls that made the server listen, as far as the source saw them. */
export type ListenReport = Extract<ProbeReport, { what: 'listen' }> & { socket?: Duration; bind?: Duration };
/** A call on one connection. */
export type ConnectionReport = Exclude<ProbeReport, { what: 'probe' } | { what: 'listen' }>;

/** Gives a watch the connection from its client's port. */
interface ConnectionClaims {
  claim(port: number): void;
  release(port: number): void;
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
  readonly #counts = { recv: 0, send: 0, heard: 0 };

  constructor(startedAt: number, sink: Sink, claims: ConnectionClaims) {
    this.startedAt = startedAt;
    this.#sink = sink;
    this.#claims = claims;
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
    if (this.#port !== undefined) this.#claims.release(this.#port);
  }

  /** What is there before the run: the listening socket, and the accept() that waits. */
  reportListening(listen: ListenReport, acceptSince: number): void {
    if (listen.socket) this.#call('server.socket', 'socket', listen.socket);
    if (listen.bind) this.#call('server.bind', 'bind', listen.bind, { args: [listen.address] });
    this.#call('server.listen', 'listen', listen, { args: [listen.address] });
    this.#sink?.(observedListening(this.#since(listen.at), 'server.listen'));
    const startedAt = this.#since(acceptSince);
    this.#sink?.(observedCall('server', 'server.accept', 'accept', startedAt, {}));
  }

  report(report: ConnectionReport): void {
    this.#watchesServer = true;
    switch (report.what) {
      case 'accept':
        return this.#call('server.accept', 'accept', report, { peer: report.peer });
      case 'recv':
        return this.#recv(report);
      case 'send':
        return this.#call(stepId('server', 'send', this.#counts.send++), 'send', report, report);
      case 'shutdown':
        return this.#call('server.shutdown', 'shutdown', report, { result: report.result, args: ['SHUT_WR'] });
      case 'close': {
        const name = report.reset ? 'reset' : 'close';
        this.#call(stepId('server', name), name, report);
        return this.settle();
      }
    }
  }

  #recv(report: Extract<ProbeReport, { what: 'recv' }>): void {
    const { bytes, payload, result } = report;
    const ok = result === 'ok';
    this.#call(stepId('server', 'recv', this.#counts.recv++), 'recv', report, ok ? report : { result });
    const what = !ok ? 'rst' : bytes === 0 ? 'fin' : 'data';
    const id = stepId('server', 'heard', this.#counts.heard++);
    this.#sink?.({ kind: 'heard', id, at: this.#since(report.at), side: 'server', what, bytes, payload });
  }

  #call(id: string, name: CallName, { startedAt, at }: Duration, facts: CallFacts = {}): void {
    const { args, result, bytes, payload, peer } = facts;
    const returnedAt = this.#since(at);
    const call = { args, returnedAt, result, bytes, payload, peer };
    this.#sink?.(observedCall('server', id, name, this.#since(startedAt), call));
  }

  #since(at: number): number {
    return toTenths(at - this.startedAt);
  }
}
