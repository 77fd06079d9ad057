import type { TcpState } from '../../trace/step.ts';
import { STATES_BY_NUMBER } from '../tcp-state-numbers.ts';

/** A row of /proc/net/tcp. */
export interface SocketRow {
  localPort: number;
  remotePort: number;
  state: TcpState;
  /** 0 if the program has no descriptor for it: it has not been accepted yet, or has been closed. */
  inode: string;
}

/** The rows with this port at either end, from the text of /proc/net/tcp or tcp6. */
export function socketRows(table: string, port: number): SocketRow[] {
  const rows = new Map<number, SocketRow>();
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  // The table may have tens of thousands of rows. Most have other ports, and are not even split.
  for (let found = table.indexOf(wanted); found >= 0; found = table.indexOf(wanted, found + 1)) {
    const start = table.lastIndexOf('\n', found) + 1;
    const end = table.indexOf('\n', found);
    const row = rowOf(table.slice(start, end < 0 ? undefined : end));
    if (row && (row.localPort === port || row.remotePort === port)) rows.set(start, row);
  }
  return [...rows.values()];
}

function rowOf(line: string): SocketRow | undefined {
  const [, local, remote, code, , , , , , inode] = line.trim().split(/\s+/);
  const state = STATES_BY_NUMBER[parseInt(code ?? '', 16)];
  if (state === undefined || inode === undefined) return undefined;
  return { localPort: portOf(local), remotePort: portOf(remote), state, inode };
}

function portOf(address = ''): number {
  return parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
