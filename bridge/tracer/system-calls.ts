import type { DataLayout } from './memory.ts';

/** What a system call does, as far as sockets are concerned. */
export type CallKind =
  | 'socket'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'receive'
  | 'send'
  | 'splice'
  | 'shutdown'
  | 'option'
  | 'name'
  | 'close'
  | 'close-range'
  | 'duplicate'
  | 'fcntl'
  | 'poll'
  | 'select'
  | 'epoll-wait'
  | 'epoll-control'
  | 'fork'
  | 'exit'
  | 'io-uring'
  /** The kernel goes on with a wait that a stop has interrupted. */
  | 'restart';

export interface SystemCall {
  name: string;
  kind: CallKind;
  /** Where its data are, if it sends or receives some that can be read. */
  data?: DataLayout;
}

type Row = readonly [name: string, x64: number, arm64: number, kind: CallKind, data?: DataLayout];

/** A number that no system call has: this architecture lacks the call. */
const NONE = -1;

/** Numbers: arch/x86/entry/syscalls/syscall_64.tbl, and include/uapi/asm-generic/unistd.h for arm64. */
const ROWS: readonly Row[] = [
  ['socket', 41, 198, 'socket'],
  ['bind', 49, 200, 'bind'],
  ['listen', 50, 201, 'listen'],
  ['accept', 43, 202, 'accept'],
  ['accept4', 288, 242, 'accept'],
  ['connect', 42, 203, 'connect'],
  ['read', 0, 63, 'receive', 'buffer'],
  ['readv', 19, 65, 'receive', 'vectors'],
  ['recvfrom', 45, 207, 'receive', 'buffer'],
  ['recvmsg', 47, 212, 'receive', 'message'],
  ['recvmmsg', 299, 243, 'receive', 'messages'],
  ['write', 1, 64, 'send', 'buffer'],
  ['writev', 20, 66, 'send', 'vectors'],
  ['sendto', 44, 206, 'send', 'buffer'],
  ['sendmsg', 46, 211, 'send', 'message'],
  ['sendmmsg', 307, 269, 'send', 'messages'],
  ['sendfile', 40, 71, 'send'],
  ['splice', 275, 76, 'splice'],
  ['shutdown', 48, 210, 'shutdown'],
  ['setsockopt', 54, 208, 'option'],
  ['getsockopt', 55, 209, 'option'],
  ['getsockname', 51, 204, 'name'],
  ['getpeername', 52, 205, 'name'],
  ['close', 3, 57, 'close'],
  ['close_range', 436, 436, 'close-range'],
  ['dup', 32, 23, 'duplicate'],
  ['dup2', 33, NONE, 'duplicate'],
  ['dup3', 292, 24, 'duplicate'],
  ['fcntl', 72, 25, 'fcntl'],
  ['poll', 7, NONE, 'poll'],
  ['ppoll', 271, 73, 'poll'],
  ['select', 23, NONE, 'select'],
  ['pselect6', 270, 72, 'select'],
  ['epoll_wait', 232, NONE, 'epoll-wait'],
  ['epoll_pwait', 281, 22, 'epoll-wait'],
  ['epoll_pwait2', 441, 441, 'epoll-wait'],
  ['epoll_ctl', 233, 21, 'epoll-control'],
  ['fork', 57, NONE, 'fork'],
  ['vfork', 58, NONE, 'fork'],
  ['clone', 56, 220, 'fork'],
  ['clone3', 435, 435, 'fork'],
  ['exit', 60, 93, 'exit'],
  ['exit_group', 231, 94, 'exit'],
  ['io_uring_setup', 425, 425, 'io-uring'],
  ['restart_syscall', 219, 128, 'restart'],
];

/** AUDIT_ARCH_… of linux/audit.h: the kernel says with each call for which architecture it was made. */
const AUDIT_ARCHITECTURES: Readonly<Record<string, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** The architectures that the tracer knows, by Node's names. */
export function isKnownArchitecture(architecture: string): boolean {
  return architecture in AUDIT_ARCHITECTURES;
}

export const AUDIT_ARCHITECTURE = AUDIT_ARCHITECTURES[process.arch] ?? 0;

/** By number, the calls that concern sockets on this machine. */
export const SYSTEM_CALLS: readonly (SystemCall | undefined)[] = callsOf(process.arch);

/** The same for any architecture that the tracer knows. */
export function callsOf(architecture: string): (SystemCall | undefined)[] {
  const calls: (SystemCall | undefined)[] = [];
  for (const [name, x64, arm64, kind, data] of ROWS) {
    const number = architecture === 'arm64' ? arm64 : x64;
    if (number !== NONE) calls[number] = { name, kind, ...(data && { data }) };
  }
  return calls;
}

const KINDS: ReadonlyMap<string, CallKind> = new Map(ROWS.map(([name, , , kind]) => [name, kind]));

export function kindOf(name: string): CallKind | undefined {
  return KINDS.get(name);
}
