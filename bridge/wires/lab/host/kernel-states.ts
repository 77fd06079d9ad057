import { readSync, writeSync } from 'node:fs';
import { STATES_BY_NUMBER } from '../../../sources/tcp-state-numbers.ts';
import type { KernelState } from '../lab-messages.ts';
import { parseIpv6 } from '../../../packet/ipv6.ts';
import { AF_INET, AF_INET6, AF_NETLINK, IPPROTO_TCP, SOCK_RAW, socket } from './system-calls.ts';

/** One end of a connection as this host's kernel names it. */
export interface Ends {
  local: string;
  localPort: number;
  remote: string;
  remotePort: number;
}

/** Numbers from linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h. */
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const ENOENT = -2;

const MESSAGE_HEADER = 16;
const REQUEST_LENGTH = MESSAGE_HEADER + 56;
/** Offsets in the request: `struct inet_diag_req_v2`, whose `id` begins at its byte 8. */
const ID = MESSAGE_HEADER + 8;
/** Offsets in the answer: `struct inet_diag_msg`. */
const ANSWER = { state: MESSAGE_HEADER + 1, expires: MESSAGE_HEADER + 52, inode: MESSAGE_HEADER + 68 };

/**
 * Asks this host's kernel for the state of one connection (sock_diag(7)). That takes some microseconds, however many
 * connections there are. Reading /proc/net/tcp takes milliseconds.
 */
export class KernelStates {
  readonly #descriptor = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  readonly #answer = Buffer.alloc(4096);

  /**
   * @returns LISTEN if only a listening socket matches
   * @throws an error if the kernel does not answer such questions (CONFIG_INET_DIAG)
   */
  of(ends: Ends): KernelState {
    writeSync(this.#descriptor, question(ends));
    readSync(this.#descriptor, this.#answer);
    if (this.#answer.readUInt16LE(4) === NLMSG_ERROR) {
      const errno = this.#answer.readInt32LE(MESSAGE_HEADER);
      if (errno === ENOENT) return { state: 'CLOSED' };
      throw new Error(`sock_diag: errno ${-errno}`);
    }
    const state = STATES_BY_NUMBER[this.#answer[ANSWER.state]!] ?? 'CLOSED';
    if (state === 'TIME_WAIT') return { state, expiresMs: this.#answer.readUInt32LE(ANSWER.expires) };
    return state === 'SYN_SENT' ? { state, inode: this.#answer.readUInt32LE(ANSWER.inode) } : { state };
  }

  /** Whether a socket listens on this address and port, or on this port of all addresses. */
  listens(address: string, port: number): boolean {
    return (
      this.of({ local: address, localPort: port, remote: address.includes(':') ? '::' : '0.0.0.0', remotePort: 0 })
        .state === 'LISTEN'
    );
  }
}

function question({ local, localPort, remote, remotePort }: Ends): Buffer {
  const request = Buffer.alloc(REQUEST_LENGTH);
  request.writeUInt32LE(REQUEST_LENGTH, 0);
  request.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  request.writeUInt16LE(NLM_F_REQUEST, 6);
  request[MESSAGE_HEADER] = local.includes(':') ? AF_INET6 : AF_INET;
  request[MESSAGE_HEADER + 1] = IPPROTO_TCP;
  request.writeUInt32LE(0xffff_ffff, MESSAGE_HEADER + 4);
  request.writeUInt16BE(localPort, ID);
  request.writeUInt16BE(remotePort, ID + 2);
  request.set(bytesOf(local), ID + 4);
  request.set(bytesOf(remote), ID + 20);
  // No cookie: any connection with these numbers.
  request.fill(0xff, ID + 40, ID + 48);
  return request;
}

function bytesOf(address: string): ArrayLike<number> {
  // Not by parseIpv4: its checks take longer than the kernel's answer.
  return address.includes(':') ? parseIpv6(address) : address.split('.').map(Number);
}
