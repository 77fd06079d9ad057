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

/** A row with the address to which the socket is bound, as the table has it: `addressText` reads it. */
export interface BoundRow extends SocketRow {
  localAddress: string;
  remoteAddress: string;
  /** The user to whom the socket belongs. */
  user: number;
}

/** The rows with this port at either end, from the text of /proc/net/tcp or tcp6. */
export function socketRows(table: string, port: number): BoundRow[] {
  const rows = new Map<number, BoundRow>();
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

/** The rows of listening sockets, on any port. The kernel's table begins with them. */
export function listeningRows(table: string): BoundRow[] {
  const rows: BoundRow[] = [];
  for (let start = table.indexOf('\n') + 1; start > 0 && start < table.length;) {
    const end = table.indexOf('\n', start);
    const row = rowOf(table.slice(start, end < 0 ? undefined : end));
    if (row?.state !== 'LISTEN') break;
    rows.push(row);
    start = end + 1;
  }
  return rows;
}

/**
 * The IP address in a row: `127.0.0.1`, `::1`. An IPv4 address that IPv6 maps (RFC 4291 §2.5.5.2) is shown as IPv4. The
 * table has words of four bytes in the order of this machine.
 */
export function addressText(hex: string): string {
  const words = Uint32Array.from(hex.match(/.{8}/g) ?? [], (word) => parseInt(word, 16));
  const bytes = Buffer.from(words.buffer);
  if (bytes.length === 4) return bytes.join('.');
  if (/^0{16}.{8}/.test(hex) && bytes.readUInt32BE(8) === 0xffff) return bytes.subarray(12).join('.');
  return new URL(`http://[${bytes.toString('hex').match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1);
}

function rowOf(line: string): BoundRow | undefined {
  const [, local, remote, code, , , , user, , inode] = line.trim().split(/\s+/);
  const state = STATES_BY_NUMBER[parseInt(code ?? '', 16)];
  if (state === undefined || inode === undefined) return undefined;
  // prettier-ignore
  return {
    localAddress: addressOf(local), localPort: portOf(local), remoteAddress: addressOf(remote), remotePort: portOf(remote),
    state, inode, user: Number(user),
  };
}

function addressOf(address = ''): string {
  return address.slice(0, address.lastIndexOf(':'));
}

function portOf(address = ''): number {
  return parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
