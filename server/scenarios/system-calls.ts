import { isIP } from 'node:net';
import { constants } from 'node:os';
import koffi from 'koffi';

/** The calls of the socket interface as a C or Python program makes them: each blocks until it returns. */
const libc = koffi.load(null);
const functions = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)'),
  bind: libc.func('int bind(int fd, void *address, uint32_t length)'),
  listen: libc.func('int listen(int fd, int backlog)'),
  accept: libc.func('int accept(int fd, void *address, void *length)'),
  recv: libc.func('intptr_t recv(int fd, void *buffer, size_t length, int flags)'),
  send: libc.func('intptr_t send(int fd, void *buffer, size_t length, int flags)'),
  close: libc.func('int close(int fd)'),
  inet_pton: libc.func('int inet_pton(int family, const char *text, void *address)'),
};

/** Numbers from linux/socket.h and asm-generic/socket.h. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/** A call has failed. `code` is the errno name. */
export class CallError extends Error {
  readonly code: string;

  constructor(name: string) {
    const errno = koffi.errno();
    const code = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${name}: ${code}`);
    this.code = code;
  }
}

/** A socket for an IP address of this version. */
export const socket = (host: string): number => call('socket', familyOf(host), SOCK_STREAM, 0);
export const listen = (descriptor: number): number => call('listen', descriptor, 16);
export const accept = (descriptor: number): number => call('accept', descriptor, null, null);
export const close = (descriptor: number): number => call('close', descriptor);

/** Lets a socket bind to an address that another socket in TIME_WAIT still has: socket(7). */
export function setReuseAddress(descriptor: number): void {
  call('setsockopt', descriptor, SOL_SOCKET, SO_REUSEADDR, Buffer.from(new Int32Array([1]).buffer), 4);
}

/**
 * Binds to a `struct sockaddr_in` or `sockaddr_in6`: the family in this machine's byte order, port and address in the
 * network's.
 */
export function bind(descriptor: number, host: string, port: number): void {
  const family = familyOf(host);
  const [length, place] = family === AF_INET ? [16, 4] : [28, 8];
  const address = Buffer.alloc(length);
  address.set(new Uint8Array(new Uint16Array([family]).buffer), 0);
  address.writeUInt16BE(port, 2);
  call('inet_pton', family, host, address.subarray(place));
  call('bind', descriptor, address, address.length);
}

/** Receives at most `limit` bytes; none if the peer has ended. */
export function recv(descriptor: number, limit: number): Buffer {
  const buffer = Buffer.alloc(limit);
  return buffer.subarray(0, call('recv', descriptor, buffer, limit, 0));
}

export function send(descriptor: number, bytes: Buffer): void {
  call('send', descriptor, bytes, bytes.length, 0);
}

function familyOf(host: string): number {
  return isIP(host) === 6 ? AF_INET6 : AF_INET;
}

function call(name: keyof typeof functions, ...args: unknown[]): number {
  const result = Number(functions[name](...args));
  if (result < 0) throw new CallError(name);
  return result;
}
