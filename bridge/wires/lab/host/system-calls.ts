import koffi from 'koffi';

/** Numbers from linux/socket.h and linux/in.h. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const IPPROTO_TCP = 6;
const SOCK_CLOEXEC = 0o2000000;

/** The system calls of a host that Node does not offer. */
const libc = koffi.load(null);
const ioctlFunction = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
const socketFunction = libc.func('int socket(int domain, int type, int protocol)');
const bindFunction = libc.func('int bind(int fd, void *address, uint32_t length)');
const setsockoptFunction = libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)');
const prctlFunction = libc.func('int prctl(int option, ulong value, ulong third, ulong fourth, ulong fifth)');
const capsetFunction = libc.func('int capset(void *header, void *sets)');
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

/** @throws SystemCallError */
export function bind(descriptor: number, address: Uint8Array): void {
  if (bindFunction(descriptor, address, address.length) < 0) throw new SystemCallError('bind', koffi.errno());
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

/** @throws SystemCallError */
export function prctl(option: number, value: number): void {
  if (prctlFunction(option, value, 0, 0, 0) < 0) throw new SystemCallError('prctl', koffi.errno());
}

/** From linux/capability.h. */
const CAPABILITY_VERSION = 0x20080522;

/**
 * From now on this thread, and what it starts, has only these capabilities, and passes none on.
 * @param capabilities a bit for each, of the first 32
 * @throws SystemCallError
 */
export function setCapabilities(capabilities: number): void {
  // Two structs of effective, permitted and inheritable, for the first and the next 32.
  const sets = Uint32Array.of(capabilities, capabilities, 0, 0, 0, 0);
  if (capsetFunction(Uint32Array.of(CAPABILITY_VERSION, 0), sets) < 0)
    throw new SystemCallError('capset', koffi.errno());
}
