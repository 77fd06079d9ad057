import type { CallOnConnection, ConnectReport } from '../sources/calls/connection-calls.ts';
import { GOES_ON } from '../trace/tcp/connection-tally.ts';
import type { Report } from '../trace/report.ts';
import type { CarriedConnection, Opening, ProgramOnWire } from '../wires/wire.ts';
import type { Demultiplexer } from './demultiplexer.ts';

interface Flow {
  carried: CarriedConnection;
  /** The client's. */
  port: number;
}

/** The flows on the wire that a client program has opened, by the number under which the demultiplexer knows them. */
export class ProgramFlows {
  readonly #demultiplexer: Demultiplexer<CallOnConnection, Report>;
  readonly #flows = new Map<number, Flow>();
  #last = 0;

  constructor(demultiplexer: Demultiplexer<CallOnConnection, Report>) {
    this.#demultiplexer = demultiplexer;
  }

  /** @param isTraced whether the program's calls will say which connection this is */
  add({ port, inode, at }: Opening, carry: Parameters<ProgramOnWire['opens']>[1], isTraced: boolean): void {
    const flow = (this.#last += 1);
    const carried = carry((report) => this.#demultiplexer.wire(flow, report));
    this.#flows.set(flow, { carried, port });
    this.#demultiplexer.opened(flow, isTraced ? inode : undefined, at);
  }

  /** A flow is asked for once, when its connection is known. */
  get(flow: number): Flow {
    const known = this.#flows.get(flow)!;
    this.#flows.delete(flow);
    return known;
  }
}

/** Results of connect() after which the socket may have the connection. */
const MAY_BE_CONNECTED: ReadonlySet<string> = new Set(['ok', 'EISCONN', ...GOES_ON]);

/** Whether connect() has returned, and the connection will never be. */
export function hasFailed({ at, result = 'ok' }: ConnectReport): boolean {
  return at !== undefined && !MAY_BE_CONNECTED.has(result);
}
