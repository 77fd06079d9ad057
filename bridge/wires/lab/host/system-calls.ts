import koffi from 'koffi';

/** Numbers from linux/socket.h and linux/in.h. */
export const AF_INET = 2;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const IPPROTO_TCP = 6;
const SOCK_CLOEXEC = 0o2000000;

/** The system calls of a host that Node does not offer. */
const libc = koffi.load(null);
const ioctlFunction = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
const socketFunction = libc.func('int socket(int domain, int type, int protocol)');
const setsockoptFunction = libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)');
const exitFunction = libc.func('void _exit(int status)');

export class SystemCallError extends Error {
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.name = 'SystemCallError';
    this.code = code;
  }
}

/** Ends this process at once. `process.exit` would wait for the thread that is blocked in a read of the TUN device. */
export function exitNow(): void {
  exitFunction(0);
}

/** @throws SystemCallError */
export function ioctl(descriptor: number, request: number, argument: Uint8Array): void {
  if (ioctlFunction(descriptor, request, argument) < 0) throw new SystemCallError('ioctl', koffi.errno());
}

/**
 * @returns a descriptor, closed in programs that this process starts
 * @throws SystemCallError
 */
export function socket(domain: number, type: number, protocol: number): number {
  const descriptor = socketFunction(domain, type | SOCK_CLOEXEC, protocol) as number;
  if (descriptor < 0) throw new SystemCallError('socket', koffi.errno());
  return descriptor;
}

/**
 * Sets an option whose value is a whole number.
 * @throws SystemCallError
 */
export function setOption(descriptor: number, level: number, name: number, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  if (setsockoptFunction(descriptor, level, name, bytes, bytes.length) < 0)
    throw new SystemCallError('setsockopt', koffi.errno());
}
