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

type Facts = Partial<Entered>;
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

type Entry = { open: OpenCall; facts: Facts };
type CallStart = Pick<OpenCall, 'number' | 'call' | 'args'>;

/**
 * Reads a call at its entry. Returns nothing if it is not of interest: it is on no TCP socket, and makes or closes none.
 * @param number unique for this entry
 */
export function enterCall(
  stopped: StoppedThread,
  number: number,
  call: SystemCall,
  args: readonly bigint[],
  tables: DescriptorTables,
): Entry | undefined {
  const start: CallStart = { number, call, args };
  switch (call.kind) {
    case 'socket':
      return isTcpSocket(args) ? { open: { ...start, reported: true }, facts: {} } : undefined;
    case 'close':
      return enterClose(stopped, start, tables);
    case 'close-range':
    case 'io-uring':
      return { open: { ...start, reported: false }, facts: {} };
    case 'poll':
    case 'select':
    case 'epoll-wait':
      return enterWait(stopped, start, tables);
    case 'epoll-control':
      return enterSetChange(stopped, start, tables);
    case 'fcntl':
      return isDuplication(args) ? enterOnDescriptor(stopped, start, int(args[0]!), tables) : undefined;
    case 'fork':
      return enterFork(stopped, start, tables);
    case 'splice': {
      const descriptor = splicedSocket(stopped.process, args, tables);
      return descriptor === undefined ? undefined : enterOnDescriptor(stopped, start, descriptor, tables);
    }
    default:
      return enterOnDescriptor(stopped, start, int(args[0]!), tables);
  }
}

function enterClose({ process }: StoppedThread, start: CallStart, tables: DescriptorTables): Entry {
  const descriptor = int(start.args[0]!);
  const closing = tables.closing(process, descriptor);
  const reported = closing?.held.kind === 'socket';
  const open = { ...start, descriptor, ...closing, reported };
  return { open, facts: reported ? { descriptor, socket: closing.held.number } : {} };
}

function enterFork({ thread, process }: StoppedThread, start: CallStart, tables: DescriptorTables): Entry | undefined {
  if (makesThread(thread, start)) return undefined;
  const holds = numbersOf(tables.socketsOf(process));
  return holds.length === 0 ? undefined : { open: { ...start, reported: true }, facts: { holds } };
}

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

function enterWait({ thread, process }: StoppedThread, start: CallStart, tables: DescriptorTables): Entry | undefined {
  const { call, args } = start;
  const open = { ...start, reported: true };
  if (call.kind === 'epoll-wait') {
    const descriptor = int(args[0]!);
    const set = tables.find(process, descriptor);
    if (set?.kind !== 'set' || ![...set.members].some(isOpen)) return undefined;
    return { open: { ...open, descriptor }, facts: { descriptor, set: set.number } };
  }
  const descriptors =
    call.kind === 'poll' ? polled(thread, args[0]!, size(args[1]!)) : selected(thread, int(args[0]!), args.slice(1, 4));
  const held = descriptors.map((descriptor) => tables.find(process, descriptor));
  const waitsFor = held.filter((each) => each?.kind === 'socket').map((socket) => socket!.number);
  return waitsFor.length === 0 ? undefined : { open, facts: { waitsFor } };
}

/** The kernel takes a closed socket out of every set. */
function isOpen({ holders }: Held): boolean {
  return holders > 0;
}

function enterSetChange({ process }: StoppedThread, start: CallStart, tables: DescriptorTables): Entry | undefined {
  const { args } = start;
  const descriptor = int(args[0]!);
  const set = tables.find(process, descriptor);
  const socket = tables.find(process, int(args[2]!));
  if (set?.kind !== 'set' || socket?.kind !== 'socket') return undefined;
  const change = CHANGES[int(args[1]!)];
  const facts = { descriptor, set: set.number, socket: socket.number, ...(change && { change }) };
  return { open: { ...start, descriptor, held: set, member: socket, reported: true }, facts };
}

function enterOnDescriptor(
  stopped: StoppedThread,
  start: CallStart,
  descriptor: number,
  tables: DescriptorTables,
): Entry | undefined {
  const { thread, process } = stopped;
  const { call, args } = start;
  const of = { thread, args };
  const held = tables.find(process, descriptor);
  if (!held) return enterOnOther(stopped, start, tables);
  const open = { ...start, descriptor, held, reported: held.kind === 'socket' };
  if (held.kind === 'set') return { open, facts: {} };
  const inode = call.kind === 'connect' ? inodeOf(held) : undefined;
  const offered = call.kind === 'send' && call.data ? offeredBy(call, of) : undefined;
  return {
    open: { ...open, ...(offered && { offered }) },
    facts: {
      descriptor,
      socket: held.number,
      ...(inode !== undefined && { inode }),
      ...factsOf(call, of, descriptor),
    },
  };
}

/** A call on a descriptor of no interest may still give the program descriptors, or take some away. */
function enterOnOther(
  { thread, process }: StoppedThread,
  start: CallStart,
  tables: DescriptorTables,
): Entry | undefined {
  const { call, args } = start;
  const open = { ...start, reported: false };
  // dup2() onto a descriptor closes it, whatever it copies.
  if (call.kind === 'duplicate') return { open, facts: {} };
  if (call.data !== 'message' || !hasControl(thread, args[1]!)) return undefined;
  if (call.kind === 'receive') return { open, facts: {} };
  const sent = tables.sending(process, descriptorsOfMessage(thread, args[1]!));
  return sent.length === 0 ? undefined : { open: { ...open, sent }, facts: {} };
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

function factsOf({ name, kind, data }: SystemCall, { thread, args }: Arguments, descriptor: number): Facts {
  switch (kind) {
    case 'bind':
    case 'connect': {
      const address = socketAddress(memoryOf(thread, args[1]!, Math.min(size(args[2]!), MOST_ADDRESS_BYTES)));
      return address === undefined ? {} : { address };
    }
    case 'listen':
      return { length: int(args[1]!) };
    case 'shutdown':
      return { how: int(args[1]!) };
    case 'option':
      return { option: optionIn(name, thread, args) };
    case 'receive':
    case 'send': {
      const length = data ? roomOf(thread, data, args[1]!, size(args[2]!)) : size(args[3]!);
      return { ...(length !== undefined && { length }), flags: flagsOf(name, args) };
    }
    case 'splice':
      return { length: size(args[4]!), sends: descriptor === int(args[2]!) };
    default:
      return {};
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
