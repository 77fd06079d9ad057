import type { ProbeReport } from '../../probe/report.ts';
import type { Sink } from '../../trace/report.ts';
import { stepId } from '../../trace/step-id.ts';
import type { CallName, PlainName, Side, WaitName } from '../../trace/step.ts';
import { observedCall, type CallFacts, type Caller } from '../observed-steps.ts';
import { since } from '../run-time.ts';

export interface Duration {
  startedAt: number;
  at: number;
  /** Absent if the source does not see it. */
  by?: Caller;
}

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

/** A call that neither moves bytes of a connection nor waits for it. */
export interface PlainReport extends Duration {
  what: 'plain';
  name: PlainName;
  args: string[];
  /** `ok` or an errno name. */
  result: string;
  /** What the call returned, as text: a descriptor, a process, the value of an option. */
  value?: string;
}

/** A call on one connection. Sources that see calls begin number them. */
export type ConnectionReport = (
  | Exclude<ProbeReport, { what: 'probe' } | { what: 'listen' }>
  | ((BlockedReport | PlainReport) & { connection: number })
) & { call?: number; by?: Caller };

type OnConnection<What extends string> = Omit<Extract<ConnectionReport, { what: What }>, 'connection'>;

/** What a program does with one connection. `accept` is the server's way to get one, the others are the client's. */
export type CallOnConnection =
  | OnConnection<'accept'>
  | OnConnection<'recv'>
  | OnConnection<'send'>
  | OnConnection<'shutdown'>
  | OnConnection<'close'>
  | BlockedReport
  | WaitReport
  | PlainReport
  | ({ what: 'socket' } & Duration)
  | ({ what: 'bind'; address: string } & Duration)
  | ConnectReport;

/** Without `at`, connect() has not returned. */
export interface ConnectReport {
  what: 'connect';
  startedAt: number;
  at?: number;
  result?: string;
  /** The server's `host:port`. */
  address: string;
  by?: Caller;
}

/** What a program may do several times on one connection. */
type NumberedName = 'recv' | 'send' | 'shutdown';

/** A program that serves others too waits again and again: no more waits than these are told of a connection. */
const MOST_WAITS = 256;
/** A program may set options for ever: no more calls of one name than these are told of a connection. */
const MOST_PLAIN = 16;
/** A recv() that failed with one of these says nothing of the peer. */
const NOTHING_HEARD: ReadonlySet<string> = new Set(['EAGAIN', 'EINTR']);

/** Makes the steps of a trace of what one side's program does with one connection. */
export class ConnectionCalls {
  readonly #side: Side;
  readonly #zero: number;
  readonly #sink: Sink;
  readonly #counts = { recv: 0, send: 0, shutdown: 0, heard: 0, wait: 0, connect: 0 };
  readonly #plainCounts = new Map<PlainName, number>();
  /** By option: what was told of it last. */
  readonly #options = new Map<string, string>();
  /** The ids of the calls that were reported before they returned. */
  readonly #blocked = new Map<number, string>();

  /** @param zero microseconds of the monotonic clock: the run's zero */
  constructor(side: Side, zero: number, sink: Sink) {
    this.#side = side;
    this.#zero = zero;
    this.#sink = sink;
  }

  report(report: CallOnConnection): void {
    switch (report.what) {
      case 'blocked':
        return this.#began(report);
      case 'wait':
        return this.#wait(report);
      case 'plain':
        return this.#plain(report);
      case 'socket':
        return this.call(this.#id('socket'), 'socket', report, { args: ['AF_INET', 'SOCK_STREAM'] });
      case 'bind':
        return this.call(this.#id('bind'), 'bind', report, { args: [report.address] });
      case 'connect':
        return this.#connect(report);
      case 'accept':
        return this.call(this.#id('accept'), 'accept', report, { peer: report.peer || undefined });
      case 'recv':
        return this.#recv(report);
      case 'send':
        return this.call(this.#idOf('send', report.call), 'send', report, report);
      case 'shutdown':
        return this.call(this.#idOf('shutdown', report.call), 'shutdown', report, {
          result: report.result,
          args: ['SHUT_WR'],
        });
      case 'close': {
        const name = report.reset ? 'reset' : 'close';
        return this.call(this.#id(name), name, report);
      }
    }
  }

  /** A call that has returned. */
  call(id: string, name: CallName, { startedAt, at, by }: Duration, facts: CallFacts = {}): void {
    const { args, result, bytes, payload, ready, value, peer } = facts;
    const returnedAt = since(this.#zero, at);
    const call = { args, returnedAt, result, bytes, payload, ready, value, peer, by };
    this.#sink(observedCall(this.#side, id, name, since(this.#zero, startedAt), call));
  }

  #id(what: string, number?: number): string {
    return stepId(this.#side, what, number);
  }

  /** Most programs shut a connection down once: the first has no number. */
  #nextId(name: NumberedName): string {
    const number = this.#counts[name]++;
    return this.#id(name, name === 'shutdown' ? number || undefined : number);
  }

  /** The id under which a call has been reported that had not returned; or a new one. */
  #idOf(name: NumberedName, call: number | undefined): string {
    const known = call === undefined ? undefined : this.#blocked.get(call);
    if (known === undefined) return this.#nextId(name);
    this.#blocked.delete(call!);
    return known;
  }

  #began({ name, call, startedAt, by }: BlockedReport): void {
    const isNumbered = name === 'recv' || name === 'send' || name === 'shutdown';
    const id = isNumbered ? this.#nextId(name) : this.#id(name);
    if (isNumbered) this.#blocked.set(call, id);
    this.#begun(id, name, startedAt, { by });
  }

  /** A program that does not wait in connect() may call it again to hear how it went. */
  #connect({ startedAt, at, result, address, by }: ConnectReport): void {
    const id = this.#id('connect', this.#counts.connect || undefined);
    const facts = { args: [address], peer: address };
    if (at === undefined) return this.#begun(id, 'connect', startedAt, { ...facts, by });
    this.#counts.connect += 1;
    this.call(id, 'connect', { startedAt, at, ...(by && { by }) }, { ...facts, result });
  }

  #wait({ call, name, startedAt, at, result = 'ok', ready, by }: WaitReport): void {
    let id = this.#blocked.get(call);
    if (id === undefined) {
      if (this.#counts.wait >= MOST_WAITS) return;
      id = this.#id('wait', this.#counts.wait++);
    }
    if (at === undefined) {
      this.#blocked.set(call, id);
      return this.#begun(id, name, startedAt, { by });
    }
    this.#blocked.delete(call);
    this.call(id, name, { startedAt, at, ...(by && { by }) }, { result, ready });
  }

  /** Nothing is told twice in a row of the same option: some programs ask again and again. */
  #plain(report: PlainReport): void {
    const { name, args, value = '', result } = report;
    const count = this.#plainCounts.get(name) ?? 0;
    const option = `${name} ${args[1]}`;
    const told = `${args[2]} ${value} ${result}`;
    if (count >= MOST_PLAIN || (name.endsWith('sockopt') && this.#options.get(option) === told)) return;
    this.#options.set(option, told);
    this.#plainCounts.set(name, count + 1);
    this.call(this.#id(name, count), name, report, report);
  }

  #recv(report: OnConnection<'recv'>): void {
    const { bytes, payload, result } = report;
    const ok = result === 'ok';
    this.call(this.#idOf('recv', report.call), 'recv', report, ok ? report : { result });
    if (NOTHING_HEARD.has(result)) return;
    const what = !ok ? 'rst' : bytes === 0 ? 'fin' : 'data';
    const id = this.#id('heard', this.#counts.heard++);
    this.#sink({ kind: 'heard', id, at: since(this.#zero, report.at), side: this.#side, what, bytes, payload });
  }

  #begun(id: string, name: CallName, startedAt: number, facts: CallFacts): void {
    this.#sink(observedCall(this.#side, id, name, since(this.#zero, startedAt), facts));
  }
}
