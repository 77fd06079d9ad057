import { readFileSync } from 'node:fs';
import type { Address } from '../address.ts';
import { monotonicUs } from '../machine/clock.ts';
import { addressText, socketRows } from '../sources/sockets/socket-table.ts';
import type { TcpState } from '../trace/step.ts';
import { endsOf, type Ends } from './flow-sorter.ts';

/** What the kernel's table shows of one connection: each end that is on this machine. */
export interface TableRow {
  ends: Ends;
  client?: EndRow;
  server?: EndRow;
}

export interface EndRow {
  state: TcpState;
  /** `0` if no program has a descriptor for it. */
  inode: string;
  user: number;
}

/** The connections of a port at one moment, somewhere between `from` and `until`: microseconds of the monotonic clock. */
export interface TableReading {
  from: number;
  until: number;
  rows: ReadonlyMap<string, TableRow>;
  /** The inodes of the sockets that listen on the port. */
  listening: ReadonlySet<string>;
}

/** Reads the kernel's table of the connections of a port (/proc/net/tcp, tcp6). It takes milliseconds if there are many. */
export function readConnections(port: number, isWatched: (host: string) => boolean): TableReading {
  const from = monotonicUs();
  const tables = [table('tcp'), table('tcp6')];
  const until = monotonicUs();
  const rows = new Map<string, TableRow>();
  const listening = new Set<string>();
  for (const row of tables.flatMap((text) => socketRows(text, port))) {
    const { state, inode, user } = row;
    if (state === 'LISTEN') {
      listening.add(inode);
      continue;
    }
    const local: Address = { host: addressText(row.localAddress), port: row.localPort };
    const remote: Address = { host: addressText(row.remoteAddress), port: row.remotePort };
    const note = (ends: Ends, side: 'client' | 'server'): void => {
      rows.set(ends.key, { ...(rows.get(ends.key) ?? { ends }), [side]: { state, inode, user } });
    };
    if (local.port === port && isWatched(local.host)) note(endsOf(remote, local), 'server');
    if (remote.port === port && isWatched(remote.host)) note(endsOf(local, remote), 'client');
  }
  return { from, until, rows, listening };
}

function table(name: string): string {
  try {
    return readFileSync(`/proc/net/${name}`, 'latin1');
  } catch {
    return '';
  }
}
