/** The calls of the C library that a tracer needs and Node does not offer. Each returns what C returns; `errno` says why. */
import koffi from 'koffi';

type Pointer = Uint8Array | null;

const libc = koffi.load(null);

/** ptrace(2) with an option, a signal or nothing as its last argument. */
export const ptrace = libc.func('long ptrace(long request, int pid, uintptr_t address, uintptr_t data)') as (
  request: number,
  thread: number,
  address: number,
  data: number,
) => number;

/** ptrace(2) with memory of ours as its last argument. */
export const ptraceInto = libc.func('long ptrace(long request, int pid, uintptr_t address, void *data)') as (
  request: number,
  thread: number,
  address: number,
  data: Uint8Array,
) => number;

export const waitpid = libc.func('int waitpid(int pid, void *status, int options)') as (
  thread: number,
  status: Uint8Array,
  options: number,
) => number;

export const kill = libc.func('int kill(int pid, int signal)') as (process: number, signal: number) => number;

/** @param handler 0: the default; 1: ignore it */
export const setSignal = libc.func('uintptr_t signal(int signal, uintptr_t handler)') as (
  signal: number,
  handler: 0 | 1,
) => number;

/** @param interrupts whether a handler of the signal ends the call that waits, with EINTR */
export const signalInterrupts = libc.func('int siginterrupt(int signal, int interrupts)') as (
  signal: number,
  interrupts: 0 | 1,
) => number;

/** setitimer(2): the times are a struct itimerval. */
export const setTimer = libc.func('int setitimer(int timer, void *times, void *former)') as (
  timer: number,
  times: Uint8Array,
  former: null,
) => number;

export const closeDescriptor = libc.func('int close(int descriptor)') as (descriptor: number) => number;

const pipe2 = libc.func('int pipe2(void *descriptors, int flags)') as (
  descriptors: Uint8Array,
  flags: number,
) => number;

/** process_vm_readv(2): each list has one vector, a struct iovec. */
export const readMemory = libc.func(
  'long process_vm_readv(int pid, void *local, ulong locals, void *remote, ulong remotes, ulong flags)',
) as (thread: number, local: Uint8Array, locals: 1, remote: Uint8Array, remotes: 1, flags: 0) => number;

const syscall = libc.func('long syscall(long number, long first, long second, long third)') as (
  number: number,
  first: number,
  second: number,
  third: number,
) => number;

const prctl = libc.func('int prctl(int option, ulong value, ulong third, ulong fourth, ulong fifth)') as (
  option: number,
  value: number,
  third: number,
  fourth: number,
  fifth: number,
) => number;

const exitFunction = libc.func('void _exit(int status)') as (status: number) => void;

type NameFunction = (descriptor: number, address: Uint8Array, length: Uint8Array) => number;
export const getsockname = libc.func('int getsockname(int descriptor, void *address, void *length)') as NameFunction;
export const getpeername = libc.func('int getpeername(int descriptor, void *address, void *length)') as NameFunction;

export const getsockopt = libc.func(
  'int getsockopt(int descriptor, int level, int name, void *value, void *length)',
) as (descriptor: number, level: number, name: number, value: Uint8Array, length: Uint8Array) => number;

/** Both have the same number on every architecture. */
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;
const PR_SET_DUMPABLE = 4;

const O_CLOEXEC = 0o2000000;

/** A pipe whose ends no program inherits by accident. */
export function openPipe(): { reading: number; writing: number } {
  const ends = Buffer.alloc(8);
  if (pipe2(ends, O_CLOEXEC) < 0) throw new Error(`pipe: ${errnoName(errno())}`);
  return { reading: ends.readInt32LE(0), writing: ends.readInt32LE(4) };
}

/** A descriptor for a process, or -1. */
export function openProcess(process: number): number {
  return syscall(PIDFD_OPEN, process, 0, 0);
}

/** A copy of another process's descriptor, closed in programs that this process starts; or -1. */
export function copyDescriptor(processDescriptor: number, descriptor: number): number {
  return syscall(PIDFD_GETFD, processDescriptor, descriptor, 0);
}

/** Ends this process at once: whoever waits for the program waits for this process. */
export function exitNow(status: number): void {
  exitFunction(status);
}

/** This process leaves no file with its memory behind, whatever ends it. */
export function dumpNoCore(): void {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

export function addressOf(buffer: Pointer): bigint {
  return BigInt(koffi.address(buffer));
}

export function errno(): number {
  return koffi.errno();
}

/** What a system call returns inside the kernel if a signal interrupts it: include/linux/errno.h. No program sees these. */
const KERNEL_ONLY: readonly [number, string][] = [
  [512, 'ERESTARTSYS'],
  [513, 'ERESTARTNOINTR'],
  [514, 'ERESTARTNOHAND'],
  [516, 'ERESTART_RESTARTBLOCK'],
];

/** Two names may share a number: these are the usual ones. */
const USUAL: readonly [number, string][] = [
  [koffi.os.errno['EAGAIN']!, 'EAGAIN'],
  [koffi.os.errno['EOPNOTSUPP']!, 'EOPNOTSUPP'],
];

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(koffi.os.errno).map(([name, number]) => [number, name] as const),
  ...USUAL,
  ...KERNEL_ONLY,
]);

export function errnoName(number: number): string {
  return NAMES.get(number) ?? `errno ${number}`;
}
