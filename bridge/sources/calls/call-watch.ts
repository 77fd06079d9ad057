import type { ProbeReport } from '../../probe/report.ts';
import type { Sink } from '../../trace/report.ts';
import { stepId } from '../../trace/step-id.ts';
import type { CallName, WaitName } from '../../trace/step.ts';
import { observedCall, observedListening, type CallFacts, type Caller } from '../observed-steps.ts';
import { since } from '../run-time.ts';
import type { Watch } from '../source.ts';

interface Duration {
  startedAt: number;
  at: number;
  /** Absent if the source does not see it. */
  by?: Caller;
}

/** The calls that made the server listen, as far as the source saw them. */
export type ListenReport = Extract<ProbeReport, { what: 'listen' }> & {
  socket?: Duration;
  bind?: Duration;
  by?: Caller;
};

/** A call that has not returned. If it does, a report with the same `call` follows. */
export interface BlockedReport {
  what: 'blocked';
  call: number;
  name: 'accept' | 'recv' | 'send' | 'shutdown' | 'close';
  startedAt: number;
  by?: Caller;
}

/** A call in which a program waits for several sockets at once. Without `at`, it has not returned. */
export interface WaitReport {
  what: 'wait';
  call: number;
  name: WaitName;
  startedAt: number;
  at?: number;
  /** The errno name if it failed. */
  result?: string;
  /** How many sockets have something. */
  ready?: number;
  by?: Caller;
}

/** A call on one connection. Sources that see calls begin number them. */
export type ConnectionReport = (
  Exclude<ProbeReport, { what: 'probe' } | { what: 'listen' }> | (BlockedReport & { connection: number })
) & { call?: number; by?: Caller };

/** What a watch is told of its connection, or of what comes before it. */
type OwnReport = ConnectionReport | BlockedReport | WaitReport;

/** Gives a watch the connection from its client's port. */
interface ConnectionClaims {
  claim(port: number): void;
  /** @param port absent if it was never known */
  release(port: number | undefined): void;
}

/** A program that serves others too waits again and again: no more waits than these are told of a run. */
const MOST_WAITS = 256;

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
  readonly #counts = { recv: 0, send: 0, heard: 0, wait: 0 };
  /** The ids of the calls that were reported before they returned. */
  readonly #blocked = new Map<number, string>();

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
    this.#claims.release(this.#port);
  }

  /** Reports the listening socket, which precedes the run. */
  reportListening(listen: ListenReport): void {
    if (listen.socket) this.#call('server.socket', 'socket', listen.socket);
    if (listen.bind) this.#call('server.bind', 'bind', listen.bind, { args: [listen.address] });
    this.#call('server.listen', 'listen', listen, { args: [listen.address] });
    this.#sink?.(observedListening(since(this.startedAt, listen.at), 'server.listen'));
  }

  /** Reports a call in which the program waits for connections, among them the run's. */
  reportBefore(report: BlockedReport | WaitReport): void {
    this.#report(report);
  }

  /** Reports a call on the connection, or one that waits for it. */
  report(report: ConnectionReport | WaitReport): void {
    this.#watchesServer = true;
    this.#report(report);
  }

  #report(report: OwnReport): void {
    switch (report.what) {
      case 'blocked':
        return this.#began(report);
      case 'wait':
        return this.#wait(report);
      case 'accept':
        return this.#call('server.accept', 'accept', report, { peer: report.peer });
      case 'recv':
        return this.#recv(report);
      case 'send':
        return this.#call(this.#idOf('send', report.call), 'send', report, report);
      case 'shutdown':
        return this.#call('server.shutdown', 'shutdown', report, { result: report.result, args: ['SHUT_WR'] });
      case 'close': {
        const name = report.reset ? 'reset' : 'close';
        this.#call(stepId('server', name), name, report);
        return this.settle();
      }
    }
  }

  /** The id under which a call has been reported that had not returned; or a new one. */
  #idOf(name: 'recv' | 'send', call: number | undefined): string {
    const known = call === undefined ? undefined : this.#blocked.get(call);
    if (known === undefined) return stepId('server', name, this.#counts[name]++);
    this.#blocked.delete(call!);
    return known;
  }

  #began({ name, call, startedAt, by }: BlockedReport): void {
    const isNumbered = name === 'recv' || name === 'send';
    const id = isNumbered ? stepId('server', name, this.#counts[name]++) : stepId('server', name);
    if (isNumbered) this.#blocked.set(call, id);
    this.#begun(id, name, startedAt, by);
  }

  #wait({ call, name, startedAt, at, result = 'ok', ready, by }: WaitReport): void {
    let id = this.#blocked.get(call);
    if (id === undefined) {
      if (this.#counts.wait >= MOST_WAITS) return;
      id = stepId('server', 'wait', this.#counts.wait++);
    }
    if (at === undefined) {
      this.#blocked.set(call, id);
      return this.#begun(id, name, startedAt, by);
    }
    this.#blocked.delete(call);
    this.#call(id, name, { startedAt, at, ...(by && { by }) }, { result, ready });
  }

  #recv(report: Extract<ProbeReport, { what: 'recv' }> & { call?: number; by?: Caller }): void {
    const { bytes, payload, result } = report;
    const ok = result === 'ok';
    this.#call(this.#idOf('recv', report.call), 'recv', report, ok ? report : { result });
    if (NOTHING_HEARD.has(result)) return;
    const what = !ok ? 'rst' : bytes === 0 ? 'fin' : 'data';
    const id = stepId('server', 'heard', this.#counts.heard++);
    this.#sink?.({ kind: 'heard', id, at: since(this.startedAt, report.at), side: 'server', what, bytes, payload });
  }

  #begun(id: string, name: CallName, startedAt: number, by: Caller | undefined): void {
    this.#sink?.(observedCall('server', id, name, since(this.startedAt, startedAt), { by }));
  }

  #call(id: string, name: CallName, { startedAt, at, by }: Duration, facts: CallFacts = {}): void {
    const { args, result, bytes, payload, ready, peer } = facts;
    const returnedAt = since(this.startedAt, at);
    const call = { args, returnedAt, result, bytes, payload, ready, peer, by };
    this.#sink?.(observedCall('server', id, name, since(this.startedAt, startedAt), call));
  }
}

/** A recv() that failed with one of these says nothing of the peer. */
const NOTHING_HEARD: ReadonlySet<string> = new Set(['EAGAIN', 'EINTR']);
