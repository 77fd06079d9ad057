import { ptrace, ptraceInto } from './libc.ts';

/** From linux/ptrace.h. */
const PTRACE_CONT = 7;
const PTRACE_DETACH = 17;
const PTRACE_SYSCALL = 24;
const PTRACE_GETEVENTMSG = 0x4201;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
const PTRACE_LISTEN = 0x4208;
const PTRACE_GET_SYSCALL_INFO = 0x420e;
const TRACESYSGOOD = 1;
const TRACEFORK = 2;
const TRACEVFORK = 4;
const TRACECLONE = 8;
const TRACEEXEC = 16;
const EXITKILL = 0x100000;
const EVERYTHING = TRACESYSGOOD | TRACEFORK | TRACEVFORK | TRACECLONE | TRACEEXEC | EXITKILL;

/** Bytes of a struct ptrace_syscall_info. */
const CALL_INFO = 88;
/** Where its six arguments begin, if the stop is an entry. */
const FIRST_ARGUMENT = 32;
const ENTRY = 1;
const EXIT = 2;
const SIGTRAP = 5;

/** Why a thread has stopped, from the status that waitpid() gives: ptrace(2). */
export type Stop =
  | { why: 'ended'; signal: number; code: number }
  | { why: 'call' }
  | { why: 'exec' }
  /** A child or a thread has been made. */
  | { why: 'birth' }
  /** It is new, or goes on after a stop: nothing to do. */
  | { why: 'event' }
  /** The process is stopped, as by SIGSTOP, and stays so. */
  | { why: 'group' }
  /** A signal is about to be delivered. */
  | { why: 'signal'; signal: number };

/** fork, vfork and clone have 1, 2 and 3. */
const LAST_BIRTH_EVENT = 3;
const EVENT_EXEC = 4;
const EVENT_STOP = 128;

const CALL: Stop = { why: 'call' };
const CALL_STATUS = ((SIGTRAP | 0x80) << 8) | 0x7f;

export function readStop(status: number): Stop {
  if (status === CALL_STATUS) return CALL;
  if ((status & 0xff) !== 0x7f) return { why: 'ended', signal: status & 0x7f, code: (status >> 8) & 0xff };
  const signal = (status >> 8) & 0xff;
  const event = status >> 16;
  if (event === EVENT_EXEC) return { why: 'exec' };
  if (event === EVENT_STOP && signal !== SIGTRAP) return { why: 'group' };
  if (event === 0) return { why: 'signal', signal };
  return event <= LAST_BIRTH_EVENT ? { why: 'birth' } : { why: 'event' };
}

/** A call, as the kernel describes it to a tracer. */
export type CallStop =
  { at: 'entry'; architecture: number; number: number } | { at: 'return'; result: number } | { at: 'nothing' };

const NO_CALL: CallStop = { at: 'nothing' };
const info = Buffer.alloc(CALL_INFO + 8);
const message = Buffer.alloc(8);

/** Attaches to a process without stopping it. It ends if this process does. Returns whether that is permitted. */
export function seize(process: number): boolean {
  return ptrace(PTRACE_SEIZE, process, 0, EVERYTHING) === 0;
}

/** Attaches only so that the process ends with this one. */
export function tieTo(process: number): boolean {
  return ptrace(PTRACE_SEIZE, process, 0, EXITKILL) === 0;
}

export function interrupt(thread: number): void {
  ptrace(PTRACE_INTERRUPT, thread, 0, 0);
}

/** Lets a stopped thread go on to its next call. */
export function goOnToCall(thread: number, signal = 0): void {
  ptrace(PTRACE_SYSCALL, thread, 0, signal);
}

/** Lets a stopped thread go on; its calls do not stop it. */
export function goOn(thread: number, signal = 0): void {
  ptrace(PTRACE_CONT, thread, 0, signal);
}

/** Leaves a thread in the stop of its process: only SIGCONT ends that. */
export function stayStopped(thread: number): void {
  ptrace(PTRACE_LISTEN, thread, 0, 0);
}

export function letGo(thread: number, signal = 0): void {
  ptrace(PTRACE_DETACH, thread, 0, signal);
}

/**
 * The number that comes with an event. At a birth: of the new thread. At an exec(): the thread's own before, because now it
 * has the number of its process.
 */
export function threadOfEvent(thread: number): number {
  message.fill(0);
  ptraceInto(PTRACE_GETEVENTMSG, thread, 0, message);
  return Number(message.readBigUInt64LE(0));
}

/** Whether the kernel describes calls to a tracer (since Linux 5.3). */
export function canReadCalls(thread: number): boolean {
  return ptraceInto(PTRACE_GET_SYSCALL_INFO, thread, CALL_INFO, info) > 0;
}

/** Reads the call at which a thread has stopped. */
export function readCall(thread: number): CallStop {
  info[0] = 0;
  if (ptraceInto(PTRACE_GET_SYSCALL_INFO, thread, CALL_INFO, info) <= 0) return NO_CALL;
  if (info[0] === ENTRY) {
    return { at: 'entry', architecture: info.readUInt32LE(4), number: Number(info.readBigUInt64LE(24)) };
  }
  return info[0] === EXIT ? { at: 'return', result: Number(info.readBigInt64LE(24)) } : NO_CALL;
}

/** The arguments of the call that `readCall` has just found at its entry: most calls are of no interest. */
export function callArguments(): bigint[] {
  const args: bigint[] = [];
  for (let at = FIRST_ARGUMENT; at < CALL_INFO - 8; at += 8) args.push(info.readBigUInt64LE(at));
  return args;
}
