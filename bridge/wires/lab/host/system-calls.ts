import koffi from 'koffi';

/** The system calls of the lab that Node does not offer. */
const libc = koffi.load(null);
const ioctlFunction = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
const socketFunction = libc.func('int socket(int domain, int type, int protocol)');
const setsockoptFunction = libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)');

const exitFunction = libc.func('void _exit(int status)');

/** Ends this process at once. `process.exit` would wait for the thread that is blocked in a read of the TUN device. */
export function exitNow(): void {
  exitFunction(0);
}

export class SystemCallError extends Error {
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.name = 'SystemCallError';
    this.code = code;
  }
}

/** @throws SystemCallError */
export function ioctl(descriptor: number, request: number, argument: Uint8Array): void {
  if (ioctlFunction(descriptor, request, argument) < 0) throw new SystemCallError('ioctl', koffi.errno());
}

/**
 * @returns a descriptor
 * @throws SystemCallError
 */
export function socket(domain: number, type: number, protocol: number): number {
  const descriptor = socketFunction(domain, type, protocol) as number;
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
