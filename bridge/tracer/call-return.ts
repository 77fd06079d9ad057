import type { OpenCall, StoppedThread } from './call-entry.ts';
import { int, MOST_OPTION_BYTES, size } from './call-entry.ts';
import type { DescriptorTables } from './descriptor-tables.ts';
import type { KernelObjects, SocketEnds } from './kernel-objects.ts';
import { errnoName } from './libc.ts';
import { bytesOfMessages, dataOf, descriptorsOfMessage, memoryOf } from './memory.ts';
import { PAYLOAD_REPORTED, type Returned } from './report.ts';
import { socketAddress } from './socket-address.ts';

type Facts = Partial<Returned>;

/** From linux/socket.h. */
const MSG_PEEK = 2;
/** From linux/close_range.h: the descriptors are only marked, and the next exec() closes them. */
const CLOSE_RANGE_CLOEXEC = 4;
/** From linux/eventpoll.h. */
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** A struct sockaddr of either kind fits. */
const ADDRESS_BYTES = 28;

/** What the rules of this file need to know of the program. */
export interface Program {
  readonly tables: DescriptorTables;
  readonly objects: KernelObjects;
}

/** Keeps the tables true, whatever call has returned. */
export function applyReturn(
  { thread, process }: StoppedThread,
  open: OpenCall,
  result: number,
  { tables }: Program,
): void {
  const { call, args, descriptor, held, sent } = open;
  // A close() frees its descriptor even if it fails.
  if (call.kind === 'close') return tables.closed(process, descriptor!);
  if (result < 0) return sent && tables.notSent(sent);
  switch (call.kind) {
    case 'receive':
      if (call.data === 'message' && !held)
        tables.received(process, descriptorsOfMessage(thread, args[1]!), (int(args[2]!) & MSG_PEEK) !== 0);
      return;
    case 'close-range':
      if (int(args[2]!) & CLOSE_RANGE_CLOEXEC) return;
      return tables.forgetRange(process, size(args[0]!), size(args[1]!));
    case 'duplicate':
      // dup2() of a descriptor onto itself does nothing.
      if (result !== int(args[0]!)) tables.made(process, result, held?.kind === 'socket');
      return;
    case 'fcntl':
    case 'socket':
    case 'accept':
      return void tables.made(process, result, held?.kind !== 'set');
    case 'epoll-control':
      return changeSet(open);
  }
}

function changeSet({ held, member, args }: OpenCall): void {
  if (int(args[1]!) === EPOLL_CTL_ADD) held?.members.add(member!);
  if (int(args[1]!) === EPOLL_CTL_DEL) held?.members.delete(member!);
}

/**
 * What a call returned.
 * @param result what the kernel returned: a negative errno if the call failed
 */
export function returnedFacts(stopped: StoppedThread, open: OpenCall, result: number, program: Program): Facts {
  const { descriptor, held, last } = open;
  const socket = held?.kind === 'socket' ? held : open.member;
  const place = { ...(descriptor !== undefined && { descriptor }), ...(socket && { socket: socket.number }) };
  const ending = last === undefined ? {} : { last };
  if (result < 0) {
    const errno = errnoName(-result);
    // The socket has its own address from then on.
    const ends = errno === 'EINPROGRESS' ? program.objects.endsOf(stopped.process, descriptor!) : {};
    return { ...place, ...ending, result: -1, errno, ...ends };
  }
  return { ...place, ...ending, result, errno: 'ok', ...successFacts(stopped, open, result, program) };
}

function successFacts({ process, thread }: StoppedThread, open: OpenCall, result: number, program: Program): Facts {
  const { call, args, descriptor, offered } = open;
  switch (call.kind) {
    case 'receive':
      return received(thread, open, result);
    case 'send': {
      const bytes = call.data === 'messages' ? bytesOfMessages(thread, args[1]!, result) : result;
      // sendfile() sends from a file: nobody sees its bytes.
      return { bytes, payload: offered?.subarray(0, bytes).toString('hex') ?? '' };
    }
    case 'splice':
      return { bytes: result, payload: '' };
    case 'option':
      return call.name === 'getsockopt' ? { value: optionValue(thread, args) } : {};
    case 'socket':
    case 'duplicate':
    case 'fcntl':
      return newSocket(process, result, program);
    case 'accept':
      return { ...newSocket(process, result, program), ...acceptedEnds(process, thread, args, result, program) };
    case 'bind':
    case 'listen':
    case 'connect':
      return program.objects.endsOf(process, descriptor!);
    default:
      return {};
  }
}

function received(thread: number, { call, args }: OpenCall, result: number): Facts {
  const bytes = call.data === 'messages' ? bytesOfMessages(thread, args[1]!, result) : result;
  const count = call.data === 'messages' ? result : size(args[2]!);
  const limit = Math.min(bytes, PAYLOAD_REPORTED);
  const payload = dataOf(thread, call.data!, args[1]!, call.data === 'buffer' ? bytes : count, limit);
  return { bytes, payload: payload.toString('hex') };
}

/** The kernel has written how long the value is. */
function optionValue(thread: number, args: readonly bigint[]): string {
  const length = memoryOf(thread, args[4]!, 4);
  const bytes = length.length === 4 ? length.readUInt32LE(0) : 0;
  return memoryOf(thread, args[3]!, Math.min(bytes, MOST_OPTION_BYTES)).toString('hex');
}

function newSocket(process: number, descriptor: number, { tables }: Program): Facts {
  const held = tables.find(process, descriptor);
  return held ? { newSocket: held.number } : {};
}

/** If the peer has reset the connection already, only the address that accept() returned to the program names it. */
function acceptedEnds(
  process: number,
  thread: number,
  args: readonly bigint[],
  descriptor: number,
  { objects }: Program,
): SocketEnds {
  const ends = objects.endsOf(process, descriptor);
  const peer = ends.peer ?? socketAddress(memoryOf(thread, args[1]!, ADDRESS_BYTES));
  return { ...ends, ...(peer !== undefined && { peer }) };
}
