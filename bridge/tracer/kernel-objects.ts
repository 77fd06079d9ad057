import { readFileSync, readlinkSync } from 'node:fs';
import { closeDescriptor, copyDescriptor, getpeername, getsockname, getsockopt, openProcess } from './libc.ts';
import { AF_INET, AF_INET6, socketAddress } from './socket-address.ts';

/** What descriptors may stand for: a TCP socket, or a set of sockets that epoll waits for. */
export interface Held {
  /** Never used again. */
  readonly number: number;
  readonly kind: 'socket' | 'set';
  /** The kernel's name for a socket, `socket:[INODE]`. */
  readonly link: string;
  /** How many descriptors of the program stand for it. */
  holders: number;
  /** Of a set: the sockets in it. */
  readonly members: Set<Held>;
}

/** The number in a socket's link; undefined if it is not one. */
export function inodeOf({ link }: Pick<Held, 'link'>): number | undefined {
  const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
  return inode === undefined ? undefined : Number(inode);
}

export const NOTHING_OF_INTEREST = null;

export interface SocketEnds {
  local?: string;
  peer?: string;
}

/** From asm/socket.h and linux/in.h. */
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;

const nameBytes = Buffer.alloc(128);
const number = Buffer.alloc(4);
const length = Buffer.alloc(4);

/**
 * Asks the kernel what a descriptor of another process stands for: by its link in /proc, and by a copy of the descriptor
 * (pidfd_getfd(2), Linux 5.6). If copies are forbidden, the kernel's tables in /proc/PID/net have to do.
 */
export class KernelObjects {
  #last = 0;
  readonly #sockets = new Map<string, Held>();
  readonly #processes = new Map<number, number>();

  /**
   * What stands behind a descriptor, if it is of interest.
   * @param isTcp whether it is known to be a TCP socket
   */
  behind(process: number, descriptor: number, isTcp = false): Held | undefined {
    const link = linkOf(process, descriptor);
    if (link === 'anon_inode:[eventpoll]') return this.#make('set', link);
    if (!link.startsWith('socket:')) return undefined;
    const known = this.#sockets.get(link);
    if (known) return known;
    if (!isTcp && !this.#isTcp(process, descriptor, link)) return undefined;
    const socket = this.#make('socket', link);
    this.#sockets.set(link, socket);
    return socket;
  }

  /** Whether a descriptor still stands for this. */
  isBehind({ link }: Held, process: number, descriptor: number): boolean {
    return linkOf(process, descriptor) === link;
  }

  /** One descriptor fewer stands for it. Returns whether it was the last. */
  drop(held: Held): boolean {
    held.holders -= 1;
    if (held.holders > 0) return false;
    this.#sockets.delete(held.link);
    return true;
  }

  /** Both ends of a socket, as far as it has them and the kernel tells. */
  endsOf(process: number, descriptor: number): SocketEnds {
    const ends = this.#withCopy(process, descriptor, (copy) => {
      const found: SocketEnds = {};
      const local = nameFrom(getsockname, copy);
      const peer = nameFrom(getpeername, copy);
      if (local !== undefined) found.local = local;
      if (peer !== undefined) found.peer = peer;
      return found;
    });
    return ends ?? endsInTables(process, linkOf(process, descriptor)) ?? {};
  }

  processEnded(process: number): void {
    const descriptor = this.#processes.get(process);
    this.#processes.delete(process);
    if (descriptor !== undefined && descriptor >= 0) closeDescriptor(descriptor);
  }

  #make(kind: Held['kind'], link: string): Held {
    this.#last += 1;
    return { number: this.#last, kind, link, holders: 0, members: new Set() };
  }

  #isTcp(process: number, descriptor: number, link: string): boolean {
    const answer = this.#withCopy(process, descriptor, (copy) => {
      const domain = numberFrom(copy, SO_DOMAIN);
      if (domain !== AF_INET && domain !== AF_INET6) return false;
      return numberFrom(copy, SO_TYPE) === SOCK_STREAM && numberFrom(copy, SO_PROTOCOL) === IPPROTO_TCP;
    });
    return answer ?? endsInTables(process, link) !== undefined;
  }

  /** Returns nothing if the descriptor cannot be copied. */
  #withCopy<Answer>(process: number, descriptor: number, ask: (copy: number) => Answer): Answer | undefined {
    let processDescriptor = this.#processes.get(process);
    if (processDescriptor === undefined) this.#processes.set(process, (processDescriptor = openProcess(process)));
    const copy = processDescriptor < 0 ? -1 : copyDescriptor(processDescriptor, descriptor);
    if (copy < 0) return undefined;
    const answer = ask(copy);
    closeDescriptor(copy);
    return answer;
  }
}

function linkOf(process: number, descriptor: number): string {
  try {
    return readlinkSync(`/proc/${process}/fd/${descriptor}`);
  } catch {
    // It is closed, or its process has ended.
    return '';
  }
}

function numberFrom(copy: number, option: number): number | undefined {
  length.writeInt32LE(4);
  return getsockopt(copy, SOL_SOCKET, option, number, length) < 0 ? undefined : number.readInt32LE(0);
}

function nameFrom(ask: typeof getsockname, copy: number): string | undefined {
  length.writeInt32LE(nameBytes.length);
  if (ask(copy, nameBytes, length) < 0) return undefined;
  return socketAddress(nameBytes.subarray(0, length.readInt32LE(0)));
}

/** What the tables of the process's network say about a socket: proc(5). A socket without an address is in none. */
function endsInTables(process: number, link: string): SocketEnds | undefined {
  const inode = inodeOf({ link });
  if (inode === undefined) return undefined;
  for (const table of ['tcp', 'tcp6'])
    for (const line of linesOf(`/proc/${process}/net/${table}`)) {
      const fields = line.trim().split(/\s+/);
      if (Number(fields[9]) === inode) return endsOfRow(fields[1]!, fields[2]!);
    }
  return undefined;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n').slice(1);
  } catch {
    // The process has ended, or there is no IPv6.
    return [];
  }
}

function endsOfRow(local: string, remote: string): SocketEnds {
  const peer = addressOfRow(remote);
  return { local: addressOfRow(local)!, ...(peer !== undefined && !remote.endsWith(':0000') && { peer }) };
}

/** The tables write an address as words of 32 bits in the machine's byte order, and the port as a number. */
function addressOfRow(text: string): string | undefined {
  const [words = '', port = ''] = text.split(':');
  const address = Buffer.from(words, 'hex');
  address.swap32();
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(address.length === 4 ? AF_INET : AF_INET6, 0);
  bytes.writeUInt16BE(parseInt(port, 16), 2);
  address.copy(bytes, address.length === 4 ? 4 : 8);
  return socketAddress(bytes);
}
