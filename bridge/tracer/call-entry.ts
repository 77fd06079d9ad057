import type { DescriptorTables } from './descriptor-tables.ts';
import { inodeOf, type Held } from './kernel-objects.ts';
import { dataOf, descriptorsOfMessage, hasControl, memoryOf, roomOf } from './memory.ts';
import { PAYLOAD_REPORTED, type Entered } from './report.ts';
import { AF_INET, AF_INET6, socketAddress } from './socket-address.ts';
import type { SystemCall } from './system-calls.ts';
import { polled, selected } from './wait-sets.ts';

/** A thread of the program, stopped. */
export interface StoppedThread {
  readonly thread: number;
  readonly process: number;
}

/** The call that a thread has entered: what its return needs to know. */
export interface OpenCall {
  readonly number: number;
  readonly call: SystemCall;
  readonly args: readonly bigint[];
  /** Absent if the call has no descriptor of interest. */
  readonly descriptor?: number;
  readonly held?: Held;
  /** For epoll_ctl(): the socket that joins or leaves the set `held`. */
  readonly member?: Held;
  /** The first bytes that the program offers, read before the kernel takes them. */
  readonly offered?: Buffer;
  /** For close(): no other descriptor stands for the socket. */
  readonly last?: boolean;
  /** For sendmsg() to another process: what the descriptors in the message stand for. */
  readonly sent?: readonly Held[];
  /** Whether the entry has been reported, so that the return is too. */
  readonly reported: boolean;
}

type Arguments = { thread: number; args: readonly bigint[] };

/** From linux/socket.h, linux/fcntl.h and linux/eventpoll.h. */
const SOCK_STREAM = 1;
const SOCK_TYPE_MASK = 0xf;
const CHANGES: Readonly<Record<number, 'joins' | 'leaves'>> = { 1: 'joins', 2: 'leaves' };
/** From linux/sched.h: the new thread belongs to the same process. */
const CLONE_THREAD = 0x10000n;
const F_DUPFD = 0;
const F_DUPFD_CLOEXEC = 1030;
/** An address, or the value of an option, is never longer than this. */
const MOST_ADDRESS_BYTES = 128;
export const MOST_OPTION_BYTES = 32;
/** Sockets of one process that a report names. */
const MOST_HELD = 256;

export const int = (value: bigint): number => Number(BigInt.asIntN(32, value));
export const size = (value: bigint): number => Number(BigInt.asUintN(53, value));

type CallStart = Pick<OpenCall, 'number' | 'call' | 'args'>;

/**
 * Reads a call at its entry. Returns nothing if it is not of interest: it is on no TCP socket, and makes or closes none.
 * @param start its number is unique for this entry
 * @param report gets what the entry shows
 */
export function enterCall(
  stopped: StoppedThread,
  start: CallStart,
  tables: DescriptorTables,
  report: Entered,
): OpenCall | undefined {
  const { call, args } = start;
  switch (call.kind) {
    case 'socket':
      return isTcpSocket(args) ? { ...start, reported: true } : undefined;
    case 'close':
      return enterClose(stopped, start, tables, report);
    case 'close-range':
    case 'io-uring':
      return { ...start, reported: false };
    case 'poll':
    case 'select':
    case 'epoll-wait':
      return enterWait(stopped, start, tables, report);
    case 'epoll-control':
      return enterSetChange(stopped, start, tables, report);
    case 'fcntl':
      return isDuplication(args) ? enterOnDescriptor(stopped, start, int(args[0]!), tables, report) : undefined;
    case 'fork':
      return enterFork(stopped, start, tables, report);
    case 'splice': {
      const descriptor = splicedSocket(stopped.process, args, tables);
      return descriptor === undefined ? undefined : enterOnDescriptor(stopped, start, descriptor, tables, report);
    }
    default:
      return enterOnDescriptor(stopped, start, int(args[0]!), tables, report);
  }
}

type Enter = (
  stopped: StoppedThread,
  start: CallStart,
  tables: DescriptorTables,
  report: Entered,
) => OpenCall | undefined;

const enterClose: Enter = ({ process }, { number, call, args }, tables, report) => {
  const descriptor = int(args[0]!);
  const closing = tables.closing(process, descriptor);
  if (!closing) return { number, call, args, descriptor, reported: false };
  const { held, last } = closing;
  const reported = held.kind === 'socket';
  if (reported) {
    report.descriptor = descriptor;
    report.socket = held.number;
  }
  return { number, call, args, descriptor, held, last, reported };
};

const enterFork: Enter = ({ thread, process }, start, tables, report) => {
  if (makesThread(thread, start)) return undefined;
  const holds = numbersOf(tables.socketsOf(process));
  if (holds.length === 0) return undefined;
  report.holds = holds;
  return { ...start, reported: true };
};

/** clone() has its flags in a register, clone3() in memory, and the others have none: clone(2). */
function makesThread(thread: number, { call: { name }, args }: CallStart): boolean {
  if (name === 'clone') return (args[0]! & CLONE_THREAD) !== 0n;
  if (name !== 'clone3') return false;
  const flags = memoryOf(thread, args[0]!, 8);
  return flags.length === 8 && (flags.readBigUInt64LE(0) & CLONE_THREAD) !== 0n;
}

export function numbersOf(sockets: readonly Held[]): number[] {
  return sockets.slice(0, MOST_HELD).map(({ number }) => number);
}

const enterWait: Enter = ({ thread, process }, start, tables, report) => {
  const { call, args } = start;
  if (call.kind === 'epoll-wait') {
    const descriptor = int(args[0]!);
    const set = tables.find(process, descriptor);
    if (set?.kind !== 'set' || ![...set.members].some(isOpen)) return undefined;
    report.descriptor = descriptor;
    report.set = set.number;
    return { ...start, descriptor, reported: true };
  }
  const descriptors =
    call.kind === 'poll' ? polled(thread, args[0]!, size(args[1]!)) : selected(thread, int(args[0]!), args.slice(1, 4));
  const held = descriptors.map((descriptor) => tables.find(process, descriptor));
  const waitsFor = held.filter((each) => each?.kind === 'socket').map((socket) => socket!.number);
  if (waitsFor.length === 0) return undefined;
  report.waitsFor = waitsFor;
  return { ...start, reported: true };
};

/** The kernel takes a closed socket out of every set. */
function isOpen({ holders }: Held): boolean {
  return holders > 0;
}

const enterSetChange: Enter = ({ process }, start, tables, report) => {
  const { args } = start;
  const descriptor = int(args[0]!);
  const set = tables.find(process, descriptor);
  const socket = tables.find(process, int(args[2]!));
  if (set?.kind !== 'set' || socket?.kind !== 'socket') return undefined;
  const change = CHANGES[int(args[1]!)];
  report.descriptor = descriptor;
  report.set = set.number;
  report.socket = socket.number;
  if (change) report.change = change;
  return { ...start, descriptor, held: set, member: socket, reported: true };
};

function enterOnDescriptor(
  stopped: StoppedThread,
  start: CallStart,
  descriptor: number,
  tables: DescriptorTables,
  report: Entered,
): OpenCall | undefined {
  const { thread, process } = stopped;
  const { number, call, args } = start;
  const of = { thread, args };
  const held = tables.find(process, descriptor);
  if (!held) return enterOnOther(stopped, start, tables);
  if (held.kind === 'set') return { number, call, args, descriptor, held, reported: false };
  report.descriptor = descriptor;
  report.socket = held.number;
  const inode = call.kind === 'connect' ? inodeOf(held) : undefined;
  if (inode !== undefined) report.inode = inode;
  addFacts(report, call, of, descriptor);
  const open = { number, call, args, descriptor, held, reported: true };
  return call.kind === 'send' && call.data ? { ...open, offered: offeredBy(call, of) } : open;
}

/** A call on a descriptor of no interest may still give the program descriptors, or take some away. */
function enterOnOther(
  { thread, process }: StoppedThread,
  start: CallStart,
  tables: DescriptorTables,
): OpenCall | undefined {
  const { call, args } = start;
  // dup2() onto a descriptor closes it, whatever it copies.
  if (call.kind === 'duplicate') return { ...start, reported: false };
  if (call.data !== 'message' || !hasControl(thread, args[1]!)) return undefined;
  if (call.kind === 'receive') return { ...start, reported: false };
  const sent = tables.sending(process, descriptorsOfMessage(thread, args[1]!));
  return sent.length === 0 ? undefined : { ...start, reported: false, sent };
}

function isDuplication([, command]: readonly bigint[]): boolean {
  return int(command!) === F_DUPFD || int(command!) === F_DUPFD_CLOEXEC;
}

function isTcpSocket([domain, type]: readonly bigint[]): boolean {
  const isInternet = int(domain!) === AF_INET || int(domain!) === AF_INET6;
  return isInternet && (int(type!) & SOCK_TYPE_MASK) === SOCK_STREAM;
}

/** splice() moves bytes from its first descriptor to its third. */
function splicedSocket(process: number, args: readonly bigint[], tables: DescriptorTables): number | undefined {
  return [int(args[0]!), int(args[2]!)].find((descriptor) => tables.find(process, descriptor)?.kind === 'socket');
}

function offeredBy({ data }: SystemCall, { thread, args }: Arguments): Buffer {
  return dataOf(thread, data!, args[1]!, size(args[2]!), PAYLOAD_REPORTED);
}

function addFacts(
  report: Entered,
  { name, kind, data }: SystemCall,
  { thread, args }: Arguments,
  descriptor: number,
): void {
  switch (kind) {
    case 'bind':
    case 'connect': {
      const address = socketAddress(memoryOf(thread, args[1]!, Math.min(size(args[2]!), MOST_ADDRESS_BYTES)));
      if (address !== undefined) report.address = address;
      return;
    }
    case 'listen':
      report.length = int(args[1]!);
      return;
    case 'shutdown':
      report.how = int(args[1]!);
      return;
    case 'option':
      report.option = optionIn(name, thread, args);
      return;
    case 'receive':
    case 'send': {
      const length = data ? roomOf(thread, data, args[1]!, size(args[2]!)) : size(args[3]!);
      if (length !== undefined) report.length = length;
      report.flags = flagsOf(name, args);
      return;
    }
    case 'splice':
      report.length = size(args[4]!);
      report.sends = descriptor === int(args[2]!);
  }
}

function optionIn(name: string, thread: number, args: readonly bigint[]): NonNullable<Entered['option']> {
  const option = { level: int(args[1]!), name: int(args[2]!) };
  if (name === 'getsockopt') return option;
  const value = memoryOf(thread, args[3]!, Math.min(size(args[4]!), MOST_OPTION_BYTES)).toString('hex');
  return { ...option, value };
}

/** Where the calls that have flags have them. */
const FLAGS_AT: Readonly<Record<string, number>> = {
  recvfrom: 3,
  sendto: 3,
  recvmsg: 2,
  sendmsg: 2,
  recvmmsg: 3,
  sendmmsg: 3,
};

function flagsOf(name: string, args: readonly bigint[]): number {
  const place = FLAGS_AT[name];
  return place === undefined ? 0 : int(args[place]!);
}
