import type { CallName } from '../../trace/step.ts';

/** A system call's own name, and the trace's name for it. A call that waits for many sockets has only its own name. */
export interface SystemCall {
  name: string;
  call?: Extract<CallName, 'accept' | 'recv' | 'send'>;
}

const accepts = (name: string): SystemCall => ({ name, call: 'accept' });
const receives = (name: string): SystemCall => ({ name, call: 'recv' });
const sends = (name: string): SystemCall => ({ name, call: 'send' });
const waits = (name: string): SystemCall => ({ name });

/** The system calls in which a server may be blocked, by number: arch/x86/entry/syscalls/syscall_64.tbl in Linux. */
const X64 = new Map<number, SystemCall>([
  [43, accepts('accept')],
  [288, accepts('accept4')],
  [0, receives('read')],
  [19, receives('readv')],
  [45, receives('recvfrom')],
  [47, receives('recvmsg')],
  [299, receives('recvmmsg')],
  [1, sends('write')],
  [20, sends('writev')],
  [40, sends('sendfile')],
  [44, sends('sendto')],
  [46, sends('sendmsg')],
  [307, sends('sendmmsg')],
  [7, waits('poll')],
  [271, waits('ppoll')],
  [23, waits('select')],
  [270, waits('pselect6')],
  [232, waits('epoll_wait')],
  [281, waits('epoll_pwait')],
  [441, waits('epoll_pwait2')],
  [426, waits('io_uring_enter')],
  [3, waits('close')],
  [48, waits('shutdown')],
  [42, waits('connect')],
  [61, waits('wait4')],
  [202, waits('futex')],
  [35, waits('nanosleep')],
  [230, waits('clock_nanosleep')],
]);

/** include/uapi/asm-generic/unistd.h in Linux. */
const ARM64 = new Map<number, SystemCall>([
  [202, accepts('accept')],
  [242, accepts('accept4')],
  [63, receives('read')],
  [65, receives('readv')],
  [207, receives('recvfrom')],
  [212, receives('recvmsg')],
  [243, receives('recvmmsg')],
  [64, sends('write')],
  [66, sends('writev')],
  [71, sends('sendfile')],
  [206, sends('sendto')],
  [211, sends('sendmsg')],
  [269, sends('sendmmsg')],
  [73, waits('ppoll')],
  [72, waits('pselect6')],
  [22, waits('epoll_pwait')],
  [441, waits('epoll_pwait2')],
  [426, waits('io_uring_enter')],
  [57, waits('close')],
  [210, waits('shutdown')],
  [203, waits('connect')],
  [260, waits('wait4')],
  [98, waits('futex')],
  [101, waits('nanosleep')],
  [115, waits('clock_nanosleep')],
]);

/** By Node's name for the processor. */
export const SYSTEM_CALLS: { readonly [architecture: string]: ReadonlyMap<number, SystemCall> } = {
  x64: X64,
  arm64: ARM64,
};
